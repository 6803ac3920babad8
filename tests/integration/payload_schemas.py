"""JSON Schemas of messages: which fields they have, which of them a message shows, and messages that are spoilt."""

import copy


def strict(schema):
    """The same, without room for fields that it does not name."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: strict(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed


class Fields:
    """The fields of a schema as (map, name), where a map is the root or one of $defs; and of an
    enumeration, or a fixed word, each as (map, name, word)."""

    def __init__(self, schema, fits):
        self.schema, self.fits = schema, fits  # fits(schema, value)
        self.all, self.seen = set(), set()
        for name, part in (("", schema), *schema.get("$defs", {}).items()):
            for field, value in part.get("properties", {}).items():
                self.all.add((name, field))
                self.all |= {(name, field, word) for word in value.get("enum", [])}

    def show(self, value):
        self._walk("", self.schema, value)

    def _walk(self, name, part, value):
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            part = self.schema["$defs"][name]
        if isinstance(value, list):
            for each in value[:10]:
                self._walk(name, part.get("items", {}), each)
        elif isinstance(value, dict):
            for field, inner in value.items():
                shown = part.get("properties", {}).get(field)
                if shown is not None:
                    self.seen.add((name, field))
                    if inner in shown.get("enum", []):
                        self.seen.add((name, field, inner))
                    self._walk(name, shown, inner)
                elif isinstance(part.get("additionalProperties"), dict):
                    self._walk(name, part["additionalProperties"], inner)
        for kind in part.get("anyOf", []):
            if "$ref" in kind and self.fits(kind, value):
                self._walk(name, kind, value)


def spoilt(message, required=()):
    """Copies of it, each with one thing that is wrong, and what that is."""
    for field in required:
        yield f"without {field}", {name: value for name, value in message.items() if name != field}
    for path in _paths(message):
        at = message
        for step in path:
            at = at[step]
        for wrong in ({} if isinstance(at, list) else [], *_near(at)):
            bad = copy.deepcopy(message)
            place = bad
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = wrong
            yield f"{'/'.join(map(str, path))} as {wrong!r}", bad


def _paths(value, path=()):
    if path:
        yield path
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else list(enumerate(value))[:2]
        for name, inner in items:
            yield from _paths(inner, (*path, name))


def _near(value):
    """What a careless program makes of it."""
    if isinstance(value, str) and value.isdecimal():
        yield int(value)
    if isinstance(value, str) and value[4:5] == "-" and value.endswith("Z"):
        yield from ("yesterday", value[:-1])
    if isinstance(value, bool):
        yield from ("true", 1)
