#!/usr/bin/env python3
"""The shipped systemd units start our programs with options that these have.

usage: service_units.py SOURCE_FOLDER PROGRAM...
"""
import itertools
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile


def commands(text):
    """The words of each ExecStart, one at least, without what systemd reads before the program's path."""
    lines = re.findall(r"^ExecStart=[-+]*(/.+)$", text, re.MULTILINE)
    if not lines:
        raise ValueError("no ExecStart line")
    return [line.split() for line in lines]


def option_problems(words, program):
    """What --help of the program, or of the subcommand that is started, does not know of a command."""
    subcommand = list(itertools.takewhile(lambda word: not word.startswith("-"), words[1:]))
    told = subprocess.run([program, *subcommand, "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"--[a-z][a-z-]*", told))
    options = [word.split("=")[0] for word in words if word.startswith("--")]
    return [f"{words[0]} has no option {option}" for option in options if option not in known]


def verify_problems(unit, text, programs):
    """What systemd-analyze says of the unit, with the programs where they were built."""
    if shutil.which("systemd-analyze") is None:
        return []
    with tempfile.TemporaryDirectory() as folder:
        # Of a template it verifies an instance.
        copy = pathlib.Path(folder) / unit.name.replace("@.", "@worker-1.")
        copy.write_text(re.sub(r"/usr/bin/(\w+)", lambda path: programs.get(path.group(1), path.group(0)), text),
                        encoding="utf-8")
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no",
                               str(copy)], capture_output=True, text=True, check=False)
    return [line for line in done.stderr.splitlines() if copy.name in line]


# What systemd-analyze calls exposure.
MOST_EXPOSED = 2.0


def exposure_problems(unit):
    """How much more the unit may than it should."""
    if shutil.which("systemd-analyze") is None:
        return []
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", str(unit)],
                          capture_output=True, text=True, check=False)
    found = re.search(r"Overall exposure level for .*: ([\d.]+)", done.stdout)
    if found is None or float(found.group(1)) > MOST_EXPOSED:
        return [f"systemd-analyze security: {found.group(1) if found else done.stderr}, more than {MOST_EXPOSED}"]
    return []


MIB = 1 << 20


def setting(text, name):
    """The number of a line of production.conf or of a unit, where M stands for 2^20."""
    number, unit = re.search(rf"^{name}[ =](\d+)(M?)$", text, re.MULTILINE).groups()
    return int(number) * (MIB if unit else 1)


def broker_problems(unit, settings):
    """Bounds of the broker's unit that are too tight for the settings shipped beside it."""
    connections = setting(settings, "max_connections")
    least = {"LimitNOFILE": 4 * connections + 1024,
             "MemoryMax": 256 * MIB + 2 * setting(settings, "max_queued_bytes") + (connections << 16)}
    return [f"{name} is {setting(unit, name)}, less than {needed}"
            for name, needed in least.items() if setting(unit, name) < needed]


def main():
    programs = {pathlib.Path(name).name: name for name in sys.argv[2:]}
    units = sorted((pathlib.Path(sys.argv[1]) / "deploy" / "systemd").glob("*.service"))
    problems = [] if units else ["there are no units"]
    for unit in units:
        text = unit.read_text(encoding="utf-8")
        found = verify_problems(unit, text, programs) + exposure_problems(unit)
        names = []
        for words in commands(text):
            names.append(pathlib.Path(words[0]).name)
            # The broker and systemctl are Debian's.
            if names[-1] in programs:
                found += option_problems(words, programs[names[-1]])
        if "mosquitto" in names:
            settings = pathlib.Path(sys.argv[1]) / "broker_config" / "production.conf"
            found += broker_problems(text, settings.read_text(encoding="utf-8"))
        problems += [f"{unit.name}: {problem}" for problem in found]
    print("\n".join(problems) or f"{len(units)} units start what is there")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
