"""What is said of input that cannot be used."""


class BadInput(Exception):
    """Something the caller can mend; the message says what, where and how."""
