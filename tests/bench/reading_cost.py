#!/usr/bin/env python3
"""Instructions that a reading takes on a device, for each shipped task and each family of processors, as the table of
docs/performance.md: from the window to the answer or the decision to escalate, averaged over recorded windows.

    tests/bench/reading_cost.py --data DIR [--families arm64 armhf i386 amd64 amd64-sse4] [--tasks har ...]

Counted, not timed: amd64 by valgrind's callgrind, the others by QEMU and count_instructions.c. Builds reading_cost where it is
missing (tests/cross/run.sh makes the builds of the other families). What a board takes is computed from that: by the
clock and the instructions in a cycle of BOARDS, which are assumptions. DIR has the data sets' folders; without it only
the simulated task is counted.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HOME = pathlib.Path(__file__).resolve().parents[2]
WINDOWS, PASSES = 100, (1, 3)
DATA = {  # of a task: its test windows below the data's folder
    "cifar-10": "cifar-10/test_batch.bin.gz",
    "fashion-mnist": "fashion-mnist/t10k-images-idx3-ubyte.gz",
    "har": "uci-har/X_test.npy.gz",
    "mnist": "mnist/t10k-images-idx3-ubyte.gz",
    "vibration": None,  # simulated
}
FAMILIES = {  # the build, and the argument of reading_cost; amd64 is this machine's own
    "arm64": ("cross/bookworm-arm64", ()),
    "armhf": ("cross/bookworm-armhf", ()),
    "i386": ("cross/bookworm-i386", ()),
    "amd64": ("release", ()),
    "amd64-sse4": ("release", ("sse4",)),
}
# QEMU's, with what the family's boards have. Callgrind knows no SSE4 in 32 bits.
EMULATORS = {
    "arm64": ("qemu-aarch64", "cortex-a53"),
    "armhf": ("qemu-arm", "cortex-a7"),
    "i386": ("qemu-i386", "Westmere"),
}
# Family, clock in MHz, instructions in a cycle: of vector code as ours, within what is known of these cores. In order:
# two at most, stalls for loads and products; out of order: three or four at most.
BOARDS = {
    "Pi Zero 2 W": ("arm64", 1000, 0.8),
    "Pi Zero 2 W, 32 bit": ("armhf", 1000, 0.8),
    "Pi 4": ("arm64", 1800, 1.5),
    "Pi 5": ("arm64", 2400, 2.2),
    "Edison": ("i386", 500, 0.8),
}


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)
    if done.returncode != 0:
        sys.exit(f"{command[0]}: {done.stderr.strip()[-1000:]}")
    return done


def prepare(family, folder):
    """The program, and how it is counted."""
    build = HOME / "build" / FAMILIES[family][0]
    if not (build / "build.ninja").exists():
        sys.exit(f"{build} is missing: ./biglittle test --cross {family} makes it")
    run("ninja", "-C", build, "reading_cost")
    program = build / "bin/reading_cost"
    if family.startswith("amd64"):
        return ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/callgrind"], program
    plugin = folder / "count_instructions.so"
    if not plugin.exists():
        run("gcc", "-shared", "-fPIC", "-O2", "-o", plugin, HOME / "tests/bench/count_instructions.c")
    emulator, processor = EMULATORS[family]
    return [emulator, "-cpu", processor, "-L", HOME / f"build/sysroot/bookworm-{family}", "-plugin", plugin], program


def counted(family, task, windows, folder):
    """Instructions of a reading, and the share that was escalated."""
    counter, program = prepare(family, folder)
    totals = []
    for passes in PASSES:
        done = run(*counter, program, HOME / "models" / task, windows, WINDOWS, passes, *FAMILIES[family][1])
        totals.append(int(re.search(r"(?:Collected : |instructions )(\d+)", done.stderr).group(1)))
        escalated = int(re.search(r"escalated (\d+)", done.stdout).group(1))
    return (totals[1] - totals[0]) / (WINDOWS * (PASSES[1] - PASSES[0])), escalated / WINDOWS


def windows_of(task, data, folder):
    if DATA[task]:
        return data / DATA[task] if data and (data / DATA[task]).exists() else None
    made = folder / task
    if not made.exists():
        run(HOME / "build/release/bin/biglittle", "simulate", "--task", task, "--readings", WINDOWS, "--seed", 910003,
            "--out", made, env=os.environ | {"BIGLITTLE_HOME": str(HOME)})
    return made / "X.npy"


def tell(costs, families):
    """The two tables, in Markdown."""
    print("| task | " + " | ".join(families) + " |")
    print("|---|" + "--:|" * len(families))
    for task, cost in costs.items():
        print(f"| {task} | " + " | ".join(f"{cost[family] / 1000:,.0f}" for family in families) + " |")
    boards = [board for board, (family, _, _) in BOARDS.items() if family in families]
    print("\n| task | " + " | ".join(boards) + " |")
    print("|---|" + "--:|" * len(boards))
    for task, cost in costs.items():
        cells = []
        for board in boards:
            family, megahertz, a_cycle = BOARDS[board]
            cells.append(f"{cost[family] / (megahertz * a_cycle) / 1000:.2f}")
        print(f"| {task} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, help="folder of the recorded data sets")
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    parser.add_argument("--tasks", nargs="+", choices=DATA, default=list(DATA))
    options = parser.parse_args()
    costs = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for task in options.tasks:
            windows = windows_of(task, options.data, folder)
            if windows is None:
                print(f"{task}: left out, its windows are not in {options.data}", file=sys.stderr)
                continue
            costs[task] = {}
            for family in options.families:
                costs[task][family], escalated = counted(family, task, windows, folder)
                print(f"{task} {family}: {costs[task][family]:,.0f} a reading, {escalated:.0%} escalated",
                      file=sys.stderr, flush=True)
    tell(costs, options.families)


if __name__ == "__main__":
    main()
