#!/usr/bin/env python3
"""No two types of one namespace share a name, in whatever module they are.

Two of one name can be compiled, and linked into one program they are one of the two: whose, nobody says.
Types in an anonymous namespace are their file's own.
"""
import pathlib
import re
import sys

FOLDERS = ("core", "signal", "nn", "wire", "device_agent", "cloud_worker", "cli", "tests")
OPEN = re.compile(r"^namespace(?: ([\w:]+))? \{$")
CLOSE = re.compile(r"^\}  // namespace")
TYPE = re.compile(r"^(?:template .*> )?(?:class|struct|enum class) (\w+)(?: final)?(?: : .*)? \{")


def types_of(text):
    """The (namespace, name) of each type that other files could see."""
    stack = []
    for line in text.splitlines():
        if opened := OPEN.match(line):
            stack.append(opened.group(1))
        elif CLOSE.match(line) and stack:
            stack.pop()
        elif (found := TYPE.match(line)) and stack and None not in stack:
            yield "::".join(stack), found.group(1)


def main(root):
    places = {}
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*")):
            if "node_modules" in file.parts:
                continue
            if file.suffix in (".h", ".cc") and file.is_file():
                for name in set(types_of(file.read_text(encoding="utf-8", errors="replace"))):
                    places.setdefault(name, []).append(str(file.relative_to(root)))
    twice = {name: files for name, files in places.items() if len(files) > 1}
    for (namespace, name), files in sorted(twice.items()):
        print(f"{namespace}::{name}: {', '.join(files)}")
    if not twice:
        print(f"{len(places)} types, each of a name of its own")
    return 1 if twice or not places else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
