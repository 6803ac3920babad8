#!/usr/bin/env python3
"""An agent of another machine, run by an emulator, beside this machine's own: both replay the same windows, escalate to
one native worker over one broker, and must say the same of every window: the little net's class, the final one, and that
each window has one final result. Then `biglittle demo` with such agents, whose readings must all be answered.

    tests/cross/agents.py --agent build/cross/bookworm-arm64/bin/device_agent \\
        --emulator "qemu-aarch64-static -L build/sysroot/bookworm-arm64" [--data DIR]

Har's windows are the test set in DIR/uci-har, without which only simulated vibration is replayed. Exit status: 0 the
same, 1 not, 2 something is missing.
"""

import argparse
import gzip
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

HOME = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(HOME / "tests/integration"))

from programs import Programs, check, free_ports  # noqa: E402 pylint: disable=wrong-import-position

FLEET = """
version: 1
fleet: cross
models: {models}
broker: {{port: {port}}}
device_defaults: {{task: {task}, deadline_ms: 600000, source: {{type: replay, windows: {windows}, interval_ms: 0}}}}
devices:
  - id: native
  - id: cross
workers:
  - {{id: worker-1, tasks: [{task}]}}
"""
TEST_SEED, SIMULATED = 910003, 2000


def count_of(windows):
    """The first dimension of a .npy file, packed or not: by its header."""
    with gzip.open(windows) if windows.suffix == ".gz" else open(windows, "rb") as file:
        return int(re.search(rb"'shape': \((\d+),", file.read(256)).group(1))


def results_of(task, windows, options, folder):
    """By device and number: every result of both agents."""
    (port,) = free_ports(1)
    fleet = folder / "fleet.yaml"
    fleet.write_text(FLEET.format(models=HOME / "models", port=port, task=task, windows=windows), encoding="utf-8")
    count = count_of(windows)
    seen = folder / "results"
    with Programs(folder) as programs, open(seen, "w", encoding="utf-8") as out:
        programs.start_broker(port)
        watch = programs.start("watch", options.native / "biglittle", "watch", "--config", fleet, "--json",
                               "--count", 2 * count, stdout=out)
        programs.start("worker", options.native / "cloud_worker", "--config", fleet, "--worker", "worker-1")
        agents = [
            programs.start("native", options.native / "device_agent", "--config", fleet, "--device", "native"),
            programs.start("cross", *shlex.split(options.emulator), options.agent, "--config", fleet, "--device",
                           "cross")]
        patience = time.monotonic() + options.patience
        while watch.poll() is None:
            log = (folder / "log").read_text(encoding="utf-8", errors="replace")[-3000:]
            check(not any(agent.poll() for agent in agents), f"{task}: an agent ended\n{log}")
            check(time.monotonic() < patience, f"{task}: not all results in {options.patience} s\n{log}")
            time.sleep(0.2)
    found = {"native": {}, "cross": {}}
    for line in seen.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        of_device = found[result["device"]]
        check(int(result["sequence"]) not in of_device, f"{task}: two results of one window: {line}")
        of_device[int(result["sequence"])] = result
    for device, results in found.items():
        check(len(results) == count, f"{task}: {device} has {len(results)} results of {count} windows")
    return found


def compare(task, found):
    """Prints a line, and the first windows that differ. True: none does."""
    differing = []
    decided = {"little": 0, "big": 0, "fallback": 0}
    otherwise, farthest = 0, 0.0
    for sequence, native in sorted(found["native"].items()):
        cross = found["cross"][sequence]
        decided[cross["decided_by"]] += 1
        otherwise += native["decided_by"] != cross["decided_by"]
        farthest = max(farthest, abs(native["little"]["confidence"] - cross["little"]["confidence"]))
        if (native["label"], native["little"]["label"]) != (cross["label"], cross["little"]["label"]):
            differing.append((sequence, native["label"], native["little"], cross["label"], cross["little"]))
    print(f"{task}: {len(found['native'])} windows, {len(differing)} of another class; decided by little "
          f"{decided['little']}, big {decided['big']}, fallback {decided['fallback']}, {otherwise} by another than "
          f"natively; confidences differ by {farthest:.1e} at most", flush=True)
    for window in differing[:10]:
        print("  window {}: native {} (little {}), cross {} (little {})".format(*window))
    return not differing and decided["fallback"] == 0


def demo(options, folder):
    """True: the demo, all of whose devices are the other machine's, answered all readings, by worker and device."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("biglittle", "cloud_worker"):
        shutil.copy2(options.native / name, programs)
    agent = programs / "device_agent"
    agent.write_text(f'#!/bin/sh\nexec {options.emulator} {shlex.quote(str(options.agent.resolve()))} "$@"\n',
                     encoding="utf-8")
    agent.chmod(0o755)
    told = folder / "demo.json"
    done = subprocess.run([programs / "biglittle", "demo", "--task", "vibration", "--devices", "2", "--readings", "400",
                           "--interval-ms", "50", "--deadline-ms", "5000", "--json", told], capture_output=True,
                          text=True, check=False, env={"BIGLITTLE_HOME": str(HOME), "PATH": "/usr/sbin:/usr/bin:/bin"})
    check(done.returncode == 0, f"the demo ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    found = json.loads(told.read_text(encoding="utf-8"))
    print(f"demo: {found['results']} results of {found['readings']} readings, {found['lost']} lost, decided by "
          f"{found['decided_by']}, {100 * found['deadline_met']:.1f} % in time", flush=True)
    return (found["results"] == found["readings"] == 400 and found["lost"] == 0 and
            found["decided_by"]["big"] > 0 and found["decided_by"]["little"] > 0)


def tasks(options, folder):
    """(task, windows) of what is replayed."""
    har = options.data / "uci-har/X_test.npy.gz"
    if har.exists():
        yield "har", har
    else:
        print(f"har: left out: there is no {har}", flush=True)
    made = folder / "vibration"
    subprocess.run([options.native / "biglittle", "simulate", "--task", "vibration", "--readings", str(SIMULATED),
                    "--seed", str(TEST_SEED), "--out", made], check=True, capture_output=True)
    yield "vibration", made / "X.npy"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agent", type=pathlib.Path, required=True, help="device_agent of the other machine")
    parser.add_argument("--emulator", default="", help="what runs it, with its arguments")
    parser.add_argument("--native", type=pathlib.Path, default=HOME / "build/release/bin",
                        help="this machine's programs (default: build/release/bin)")
    parser.add_argument("--data", type=pathlib.Path, default=HOME / "data", help="recorded data (default: data)")
    parser.add_argument("--patience", type=float, default=900, help="seconds a task (default: 900)")
    options = parser.parse_args()
    for program in [options.agent, options.native / "device_agent"]:
        if not program.exists():
            parser.exit(2, f"{program} is missing: build it first\n")
    same = True
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for task, windows in tasks(options, folder):
            same = compare(task, results_of(task, windows, options, folder)) and same
        same = demo(options, folder) and same
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
