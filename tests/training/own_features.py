"""A sound task whose devices send features in place of windows (`train --escalate features`), from recordings to
a fleet by a real Mosquitto: what is seen at the broker, and what devices and workers of different versions say of
each other. Arguments: the built biglittle, the source tree, the word features (for own_data.py)."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from own_data import CLIP, HOME, PROGRAM, Own, check, record_sounds

sys.path.append(str(HOME / "tests/integration"))
from programs import Programs, free_ports, listening, wait_for  # pylint: disable=wrong-import-position
from wire_traffic import Listener  # pylint: disable=wrong-import-position

SHAPE = (1, 40, 61)  # of log-mel features of a second at 8 kHz
HALVES, WINDOW = 2 * 40 * 61, 2 * CLIP
AROUND = 300  # request and reply, without what is carried
READINGS = 40

FLEET = """
version: 1
fleet: plant-7
models: {models}
broker: {{port: {port}}}
workers:
  - {{id: worker-1, tasks: [sounds], status_interval_ms: 300}}
devices:
  - id: ear-1
    task: sounds
    deadline_ms: 2000
    status_interval_ms: 300
    escalation: {{policy: big-only}}
    source: {{type: replay, windows: {data}/X_test.npy, labels: {data}/y_test.npy, interval_ms: 50, readings: 12}}
"""


def fields(message):
    """(number, value) of a protobuf; bytes, or a number."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    found = []
    while at < len(message):
        tag = varint()
        value = varint()
        if tag & 7 == 2:
            value, at = message[at:at + value], at + value
        found.append((tag >> 3, value))
    return found


def trained(folder):
    record_sounds(folder)
    own = Own("sounds", folder)
    own.new(folder / "wav", "--length-ms", "1000")
    own.train("--big-epochs", "12", "--little-epochs", "16", "--features", "log-mel", "--escalate", "features",
              "--accept")
    return own


def told_both_ways(own):
    """The card has bytes and accuracy of both, and the halves cost none of it."""
    row = r"^\| (?:\*\*)?{}[^|]*\| ([0-9,]+) \| [0-9,]+ \| ([0-9.]+) % \| ([0-9.]+) % \|"
    found = {}
    for way in ("features, as halves", "the window"):
        cells = re.search(row.format(way), own.card(), re.MULTILINE)
        check(cells, f"the card does not tell what {way} costs:\n{own.card()}")
        found[way] = [float(cell.replace(",", "")) for cell in cells.groups()]
    features, window = found["features, as halves"], found["the window"]
    check(HALVES < features[0] < HALVES + AROUND, f"features of {features[0]} bytes")
    check(WINDOW < window[0] < WINDOW + AROUND, f"windows of {window[0]} bytes")
    check(features[1] > 90 and abs(features[1] - window[1]) < 2, f"the big net has {found} of the readings")
    check(abs(features[2] - window[2]) < 2, f"the cascades differ: {found}")


def check_request(payload, digest):
    """Returns how many readings it has."""
    request = fields(payload)
    readings = [fields(value) for number, value in request if number == 2]
    check([value.decode() for number, value in request if number == 7] == [digest],
          "a request does not say whose features it carries")
    for reading in readings:
        check(not [1 for number, _ in reading if number == 3], "a window left the device")
        tensors = [fields(value) for number, value in reading if number == 5]
        check([len(value) for number, value in tensors[0] if number == 3] == [HALVES],
              "a reading's features have another size")
    return len(readings)


def demonstrated(own, digest, folder):
    """Every reading escalated: the demo as its user sees it, and as the broker does."""
    port = free_ports(1)[0]
    untuned = folder / "untuned"
    subprocess.run(["cp", "-r", own.models, untuned], check=True)
    task = untuned / own.name / "task.yaml"
    text = task.read_text(encoding="utf-8")
    check(f"escalate: features\nfeatures:\n  shape: {list(SHAPE)}\n" in text, f"task.yaml does not say it:\n{text}")
    task.write_text(text[:text.index("score:")], encoding="utf-8")  # no thresholds: nothing is answered here
    with Programs(folder) as programs:
        demo = programs.start("demo", PROGRAM, "demo", "--task", own.name, "--models", untuned, "--data", own.data,
                              "--readings", READINGS, "--devices", "2", "--interval-ms", "50", "--broker-port", port,
                              "--json", folder / "demo.json")
        wait_for(lambda: listening(port), "the demo starts no broker")
        heard = Listener(folder, programs, port)
        check(demo.wait(timeout=120) == 0, "the demo failed")
        requests = heard.seen("/escalate")
        results = [json.loads(line) for message in heard.seen("/result") for line in message.payload.splitlines()]
    said = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    check(said["results"] == READINGS and said["lost"] == 0, f"the demo lost readings: {said}")
    seen = sum(check_request(message.payload, digest) for message in requests)
    by_big = [result for result in results if result["decided_by"] == "big"]
    # The listener may have come after the first of them.
    check(seen >= READINGS / 2 and len(by_big) >= READINGS / 2, f"{seen} requests, {len(by_big)} answers were seen")
    right = [result["class_index"] == result["truth"] for result in by_big]
    check(sum(right) > 0.9 * len(right), f"{sum(right)} of {len(right)} answers are right")


def at_odds(folder, data, of_device, of_worker, words):
    """A device and a worker that have the same task in different ways: each reading ends, and both say why."""
    folder.mkdir()
    port = free_ports(1)[0]
    files = {}
    for name, models in (("device", of_device), ("worker", of_worker)):
        files[name] = folder / f"{name}.yaml"
        files[name].write_text(FLEET.format(models=models, port=port, data=data), encoding="utf-8")
    with Programs(folder) as programs:
        programs.start_broker(port)
        heard = Listener(folder, programs, port)
        programs.start("worker", PROGRAM.parent / "cloud_worker", "--config", files["worker"], "--worker", "worker-1")
        heard.await_payload("/worker-1/status", lambda said: said["state"] == "online", "the worker does not begin")
        programs.start("device", PROGRAM.parent / "device_agent", "--config", files["device"], "--device", "ear-1")
        wait_for(lambda: len(heard.payloads("/ear-1/result")) == 12, "not every reading has its result")
        heard.await_payload("/worker-1/status",
                            lambda said: int(said["counters"].get("requests_of_other_version", 0)) >= 12,
                            "the worker does not count them")
        results = heard.payloads("/ear-1/result")
    check({result["decided_by"] for result in results} == {"fallback"}, f"somebody answered: {results}")
    check({result["reason"] for result in results} == {"rejected: unknown_task"}, f"not told why: {results}")
    log = (folder / "log").read_text(encoding="utf-8")
    for line in (words, "bring the task up to date on both", "ear-1: worker 'worker-1' refuses a reading as unknown_task"):
        check(line in log, f"nobody says '{line}':\n{log[-3000:]}")


def main(folder):
    own = trained(folder)
    told_both_ways(own)
    figures = own.figures(codes=(0, 3))
    check(HALVES < figures["bytes_per_reading_big_only"] < HALVES + AROUND, f"evaluate tells {figures}")
    demonstrated(own, figures["little_sha256"], folder)
    windows = folder / "work/other-way"
    at_odds(folder / "first", folder / "work/data", own.models, windows,
            "the request carries features of the little net")
    at_odds(folder / "second", folder / "work/data", windows, own.models,
            "the request carries windows, the big net of task sounds takes features")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(pathlib.Path(scratch))
