#!/usr/bin/env python3
"""The programs are built as cmake/hardening.cmake says, as far as their ELF files show it.

usage: hardening.py --fortified|--not-fortified PROGRAM...

Not looked at: the property notes IBT and SHSTK of the whole file. The linker sets them only if every
object has them, and Debian's start files (crt1.o, crti.o) have none. That our own code is made for
them shows in the first instruction of main.
"""
import pathlib
import re
import subprocess
import sys

ENDBR64 = bytes.fromhex("f30f1efa")
# BTI c, or PACIASP, which is a landing place too.
ARM_LANDINGS = (bytes.fromhex("5f2403d5"), bytes.fromhex("3f2303d5"))


def readelf(program, *options):
    return subprocess.run(["readelf", "--wide", *options, program], capture_output=True, text=True,
                          check=True).stdout


def imported(program):
    """Names of the functions that it takes from shared libraries."""
    symbols = readelf(program, "--dyn-syms")
    return set(re.findall(r"\bUND\s+([^\s@]+)", symbols))


def first_of_main(program):
    """The first four bytes of main; None where the program has no symbols any more."""
    found = re.search(r"^\s*\d+:\s+([0-9a-f]+)\s+\d+\s+FUNC\s+\S+\s+\S+\s+(\d+)\s+main$",
                      readelf(program, "--symbols"), re.MULTILINE)
    if found is None:
        return None
    address, section = int(found[1], 16), int(found[2])
    where = re.search(rf"^\s*\[\s*{section}\]\s+\S+\s+\S+\s+([0-9a-f]+)\s+([0-9a-f]+)",
                      readelf(program, "--sections"), re.MULTILINE)
    offset = address - int(where[1], 16) + int(where[2], 16)
    return pathlib.Path(program).read_bytes()[offset:offset + 4]


def landing_problems(program, machine):
    first = first_of_main(program)
    if first is None:
        return
    if "X86-64" in machine and first != ENDBR64:
        yield f"main does not begin with endbr64 but {first.hex()}: no -fcf-protection"
    if "AArch64" in machine and first not in ARM_LANDINGS:
        yield f"main does not begin with a landing place but {first.hex()}: no -mbranch-protection"


def problems_of(program, fortified):
    header = readelf(program, "--file-header")
    segments = readelf(program, "--program-headers")
    dynamic = readelf(program, "--dynamic")
    functions = imported(program)
    if not re.search(r"Type:\s+DYN", header) or not re.search(r"\(FLAGS_1\).*\bPIE\b", dynamic):
        yield "it is no position-independent executable: no -pie"
    if "GNU_RELRO" not in segments:
        yield "it has no segment GNU_RELRO: no -z relro"
    if not re.search(r"\(FLAGS_1\).*\bNOW\b|\(BIND_NOW\)", dynamic):
        yield "it binds lazily, so that its tables stay writable: no -z now"
    stack = re.search(r"^\s*GNU_STACK\s.*\s([RWE]+)\s+0x", segments, re.MULTILINE)
    if stack is None or "E" in stack[1]:
        yield "its stack is executable: no -z noexecstack"
    if re.search(r"^\s*LOAD\s.*\sRWE\s", segments, re.MULTILINE):
        yield "it has a segment that is writable and executable"
    if "__stack_chk_fail" not in functions:
        yield "no function looks after its stack: no -fstack-protector-strong"
    if "_ZSt21__glibcxx_assert_failPKciS0_S0_" not in functions:
        yield "the standard library checks nothing: no -D_GLIBCXX_ASSERTIONS"
    checked = {name for name in functions if re.fullmatch(r"__\w+_chk", name)}
    if fortified and not checked:
        yield "no call of the C library is checked: no -D_FORTIFY_SOURCE"
    yield from landing_problems(program, header)


def main():
    fortified = sys.argv[1] == "--fortified"
    programs = sys.argv[2:]
    problems = [f"{program}: {problem}" for program in programs
                for problem in problems_of(program, fortified)]
    print("\n".join(problems) or f"{len(programs)} programs are hardened")
    return 1 if problems or not programs else 0


if __name__ == "__main__":
    sys.exit(main())
