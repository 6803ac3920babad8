"""README's way from a sensor of one's own to its live answers: a program that prints samples, record,
new, train, and a fleet whose device reads that program. Arguments: the built biglittle, the source
tree."""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from programs import Programs, check, free_ports

PROGRAM, HOME = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
LABELS = ("closed", "open", "leaking")
LENGTH, SESSIONS, WINDOWS = 64, 5, 60

SENSOR = '''
import math, pathlib, random, sys
state = pathlib.Path(sys.argv[1]).read_text()
random.seed(sys.argv[2] if len(sys.argv) > 2 else None)
pitch = {"closed": 3.0, "open": 5.0, "leaking": 6.0}[state]
for window in range(100_000):
    hum, phase = random.gauss(pitch, 0.25), random.uniform(0, 2 * math.pi)
    for i in range(64):
        print(math.sin(2 * math.pi * hum * i / 64 + phase) + random.gauss(0, 0.5))
    sys.stdout.flush()
'''

FLEET = '''
version: 1
fleet: works
models: {models}
broker: {{port: {port}}}
workers:
  - {{id: worker-1, tasks: [valve]}}
devices:
  - id: valve-1
    task: valve
    deadline_ms: 2000
    source:
      type: exec
      command: [/usr/bin/python3, {sensor}, {state}{seed}]
      format: {{type: csv}}
      when_full: wait
      readings: {readings}
'''


def run(*command, code=0):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False, timeout=280)
    check(done.returncode == code,
          f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


class Bench:
    """A folder with the sensor, the state that it senses, and the fleet file."""

    def __init__(self, folder):
        self.folder, self.state, self.sensor = folder, folder / "state", folder / "sensor.py"
        self.sensor.write_text(SENSOR, encoding="utf-8")
        (folder / "models").mkdir()
        self.port = 1883

    def fleet(self, seed=""):
        file = self.folder / "valve.yaml"
        file.write_text(FLEET.format(models=self.folder / "models", port=self.port, sensor=self.sensor,
                                     state=self.state, seed=seed, readings=1000), encoding="utf-8")
        return file

    def record(self, label, session):
        self.state.write_text(label, encoding="utf-8")
        return run(PROGRAM, "record", "--config", self.fleet(f", '{label}-{session}'"), "--device",
                   "valve-1", "--label", label, "--out", self.folder / "data", "--windows", WINDOWS,
                   "--shape", f"1,{LENGTH}")


def recorded(bench):
    for session in range(SESSIONS):
        for label in LABELS:
            said = bench.record(label, session)
    check("closed          5       300" in said, f"record tells another count: {said}")
    data = bench.folder / "data"
    windows, truth = np.load(data / "X.npy"), np.load(data / "y.npy")
    groups = np.load(data / "groups.npy")
    check(windows.shape == (len(LABELS) * SESSIONS * WINDOWS, 1, LENGTH), f"windows {windows.shape}")
    check(np.bincount(truth).tolist() == [SESSIONS * WINDOWS] * 3, "classes of other sizes")
    check(len(np.unique(groups)) == SESSIONS * len(LABELS), "a group is not a session")
    check((data / "labels.txt").read_text(encoding="utf-8").split() == list(LABELS), "other labels")


def trained(bench):
    run("/usr/bin/python3", HOME / "models/train/train.py", "--task", "valve", "--data",
        bench.folder / "data", "--out", bench.folder / "models/valve", "--work", bench.folder / "work",
        "--program", PROGRAM, "--priority", "leaking", "--big-epochs", "6", "--little-epochs", "8",
        "--features", "raw", "--objective", "--max-escalation 0.3", "--accept")
    run(PROGRAM, "check", bench.fleet())
    again = run(PROGRAM, "record", "--config", bench.fleet(), "--device", "valve-1", "--label", "open",
                "--out", bench.folder / "more", "--windows", "3")
    check("open" in again, "a task that is there says the shape itself")


def live(bench):
    """The fleet as README starts it, and what `watch` sees of it."""
    bench.port = free_ports(1)[0]
    bench.state.write_text("leaking", encoding="utf-8")
    fleet = bench.fleet()
    with Programs(bench.folder) as programs:
        programs.start_broker(bench.port)
        programs.start("worker", PROGRAM.parent / "cloud_worker", "--config", fleet, "--worker",
                       "worker-1")
        watch = programs.start("watch", PROGRAM, "watch", "--config", fleet, "--json", "--count", "300",
                               stdout=subprocess.PIPE)
        programs.start("device", PROGRAM.parent / "device_agent", "--config", fleet, "--device",
                       "valve-1")
        seen = [json.loads(line) for line in watch.communicate(timeout=60)[0].splitlines()]
    check(len(seen) == 300, f"{len(seen)} results")
    right = sum(result["label"] == "leaking" for result in seen) / len(seen)
    check(right > 0.6, f"only {right:.0%} of a leaking valve's readings are seen as leaking")
    late = [result for result in seen if result["latency_ms"]["total"] > 2000]
    check(not late, f"{len(late)} readings missed their deadline")


def main():
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder))
        recorded(bench)
        trained(bench)
        live(bench)


main()
