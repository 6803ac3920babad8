"""Finds what can be changed in a C++ file so that a test ought to notice. Pure: text in, mutants out.

Formatted code is taken for granted (.clang-format): binary operators stand between blanks, template
brackets do not.
"""

import dataclasses
import hashlib
import re

KINDS = ("statement", "boundary", "equality", "arithmetic", "logic", "condition", "jump", "minmax",
         "answer")

_SWAPS = {
    "boundary": {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > "},
    "equality": {" == ": " != ", " != ": " == "},
    "arithmetic": {" + ": " - ", " - ": " + ", " * ": " / ", " / ": " * ", " += ": " -= ",
                   " -= ": " += ", "++": "--", "--": "++"},
    "logic": {" && ": " || ", " || ": " && "},
    "minmax": {"std::min(": "std::max(", "std::max(": "std::min("},
    "answer": {"return true;": "return false;", "return false;": "return true;"},
}
_BLANKED = re.compile(
    r'//[^\n]*|/\*.*?\*/|\b(?:static_)?assert\([^;]*;|R"(?P<delimiter>[^(\s]*)\(.*?\)(?P=delimiter)"|"(?:[^"\\\n]|\\.)*"'
    r"|(?<![0-9A-Fa-f])'(?:[^'\\\n]|\\.)+'|^[ \t]*\#(?:[^\n]*\\\n)*[^\n]*", re.DOTALL | re.MULTILINE)
_NO_CODE = re.compile(r"^(?:template\b.*>\s*)?(?:inline\s+)?(?:struct|class|union|enum|namespace|extern)\b",
                      re.DOTALL)
_BLOCK_WORD = re.compile(r"(?:\b(?:else|do|try|mutable|noexcept|const)|->\s*[\w:<>&* ]+|:)$")
_CONTROL = re.compile(r"(?:else\s+)?(?:if(?:\s+constexpr)?|while|for|switch)\s*\(")
_CONDITION = re.compile(r"\b(?:if|while)\s*\(")
_DECLARATION = re.compile(r"[A-Za-z_][\w:]*(?:<.*>)?(?:::\w+)*(?:\s*[&*]+)?\s+(?:[A-Za-z_]\w*|\[[^]]*\])\s*(?:[=({;\[]|$)",
                          re.DOTALL)
_COMPARISON = re.compile(r"(?:(?! [=!<>]= | && | \|\| ).)* [=!]= (?:(?! [=!<>]= | && | \|\| ).)*", re.DOTALL)
_BEGINNING = re.compile(r"[A-Za-z_(*+-]")  # else the rest of a statement with a lambda in it
_KEYWORDS = re.compile(
    r"(?:return|break|continue|using|const|constexpr|auto|static|static_assert|struct|class|enum|"
    r"union|throw|goto|case|default|typedef|template|friend|public|private|protected|namespace|"
    r"if|for|while|do|else|switch|co_return|co_await|mutable|explicit|virtual|inline|thread_local)\b")


@dataclasses.dataclass(frozen=True)
class Mutant:
    """`after` stands in place of text[at:at + len(before)]."""

    file: str
    kind: str
    at: int
    before: str
    after: str
    line: int  # 1-based
    name: str  # what it is, in words that survive changes elsewhere in the file

    def apply(self, text):
        return text[:self.at] + self.after + text[self.at + len(self.before):]


def blank(text):
    """The text with comments, literals, assertions and preprocessor lines as blanks; offsets stay."""
    return _BLANKED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def closing(code, at):
    """Where the bracket that opens at `at` closes; the end where it never does."""
    depth = 0
    for i in range(at, len(code)):
        if code[i] in "([{":
            depth += 1
        elif code[i] in ")]}":
            depth -= 1
            if depth == 0:
                return i
    return len(code)


@dataclasses.dataclass
class _Block:
    runs: bool             # statements, no members or constants
    jumps: str             # what a `break` in it leaves: "loop", "switch", ""
    parentheses: int       # how many were open outside
    is_value: bool = False  # an initializer: part of the statement that it stands in


class _Scanner:
    """Parts a file into statements; knows of each whether it runs, and in what."""

    def __init__(self, code):
        self.code = code
        self.statements = []  # (start, end, jumps): text with the semicolon, in blocks that run
        self.running = []     # (start, end) of the outermost blocks that run

    def scan(self):
        blocks = [_Block(False, "", 0)]
        start = depth = 0
        for i, c in enumerate(self.code):
            if c == "(":
                depth += 1
            elif c == ")":
                depth -= 1
            elif c == "{" and self._begins_value(start, i, blocks[-1]):
                blocks.append(_Block(blocks[-1].runs, blocks[-1].jumps, depth, is_value=True))
                depth += 1
            elif c == "{":
                blocks.append(self._open(self.code[start:i].strip(), blocks[-1], depth))
                if blocks[-1].runs and not blocks[-2].runs:
                    self.running.append((i, closing(self.code, i)))
                depth, start = 0, i + 1
            elif c == "}":
                block = blocks.pop() if len(blocks) > 1 else blocks[0]
                depth = block.parentheses
                if not block.is_value:
                    start = i + 1
            elif c == ";" and depth == 0:
                if blocks[-1].runs:
                    self.statements.append((start, i + 1, blocks[-1].jumps))
                start = i + 1
        return self

    def _begins_value(self, start, at, block):
        """`{` behind a name, an operator or a comma, where statements are."""
        if not block.runs:
            return False
        head = self.code[start:at].rstrip()
        return bool(head) and head[-1] not in ")];{}" and not _BLOCK_WORD.search(head)

    @staticmethod
    def _open(head, outer, depth):
        if _NO_CODE.match(head):
            return _Block(False, "", depth)
        runs = outer.runs or ")" in head or head.endswith(("]", "try"))
        jumps = outer.jumps
        if head.endswith("]") or "](" in head:  # a lambda's own body
            jumps = ""
        if re.search(r"\b(?:for|while)\s*\(", head) or re.search(r"\bdo$", head):
            jumps = "loop"
        elif re.search(r"\bswitch\s*\(", head):
            jumps = "switch"
        return _Block(runs, jumps, depth)


def _bare(code, start, end):
    """Where the statement behind its conditions begins, and whether a loop stands before it."""
    loop = False
    while True:
        while start < end and (code[start].isspace()):
            start += 1
        found = _CONTROL.match(code, start, end)
        label = re.compile(r"(?:case\b[^:;]*(?:::[^:;]+)*|default)\s*:(?!:)\s*").match(code, start, end)
        other = re.compile(r"else\s+").match(code, start, end)
        if found:
            loop = loop or found.group().lstrip().startswith(("for", "while"))
            start = closing(code, found.end() - 1) + 1
        elif label:
            start = label.end()
        elif other:
            start = other.end()
        else:
            return start, loop


def _balanced(statement):
    return all(statement.count(a) == statement.count(b) for a, b in ("()", "{}", "[]"))


def _droppable(statement):
    """A hint to the allocator changes nothing that a test could see."""
    return (_BEGINNING.match(statement) and _balanced(statement) and not _KEYWORDS.match(statement)
            and not _DECLARATION.match(statement) and ".reserve(" not in statement)


def _statement_changes(scanner):
    code = scanner.code
    for start, end, jumps in scanner.statements:
        at, loop = _bare(code, start, end)
        statement = code[at:end]
        where = "loop" if loop else jumps
        if statement in ("break;", "continue;") and where == "loop":
            yield "jump", at, end, "continue;" if statement == "break;" else "break;"
        elif statement.strip() and _droppable(statement):
            yield "statement", at, end, ";"


def _condition_changes(code, ranges):
    for found in _CONDITION.finditer(code):
        opening = found.end() - 1
        if not _inside(opening, ranges):
            continue
        end = closing(code, opening)
        inner = code[opening + 1:end]
        at = opening + 1 + _last_semicolon(inner)
        condition = code[at:end].strip()
        if _COMPARISON.fullmatch(condition):  # turned round already, by "equality"
            continue
        if not condition or _DECLARATION.match(condition) or _KEYWORDS.match(condition):
            continue
        at += len(code[at:end]) - len(code[at:end].lstrip())
        yield "condition", at, end, None


def _last_semicolon(inner):
    depth, last = 0, 0
    for i, c in enumerate(inner):
        depth += (c in "([{") - (c in ")]}")
        if c == ";" and depth == 0:
            last = i + 1
    return last


def _inside(at, ranges):
    return any(start < at < end for start, end in ranges)


def _swap_changes(code, ranges):
    for kind, swaps in _SWAPS.items():
        pattern = re.compile("|".join(re.escape(s) for s in sorted(swaps, key=len, reverse=True)))
        for found in pattern.finditer(code):
            if _inside(found.start(), ranges):
                yield kind, found.start(), found.end(), swaps[found.group()]


def _squeezed(text):
    return " ".join(text.split())


def _changes(code):
    scanner = _Scanner(code).scan()
    yield from _statement_changes(scanner)
    yield from _condition_changes(code, scanner.running)
    yield from _swap_changes(code, scanner.running)


def _name(text, kind, at, end, after):
    """What it was and what it is, in one line."""
    if kind == "statement":
        return f"{_squeezed(text[at:end])} => (dropped)"
    first = text.rfind("\n", 0, at) + 1
    last = text.find("\n", end)
    last = len(text) if last < 0 else last
    return (f"{_squeezed(text[first:last])} => "
            f"{_squeezed(text[first:at] + after + text[end:last])}")


def find(file, text):
    """All mutants of a file, in the order of their places."""
    found = []
    for kind, at, end, after in _changes(blank(text)):
        if after is None:
            after = f"!({text[at:end]})"
        found.append((at, kind, end, after))
    seen = {}
    mutants = []
    for at, kind, end, after in sorted(found):
        name = f"{kind}: {_name(text, kind, at, end, after)}"
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            name += f" (no. {seen[name]})"
        mutants.append(Mutant(file, kind, at, text[at:end], after, text.count("\n", 0, at) + 1,
                              name))
    return mutants


def rank(mutant, seed):
    """A number that only the seed, the file and the mutant's own line decide: what is chosen does not
    change because something else in the file does."""
    return hashlib.sha256(f"{seed}\n{mutant.file}\n{mutant.name}".encode()).hexdigest()
