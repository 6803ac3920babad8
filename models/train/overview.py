#!/usr/bin/python3
"""Evaluates every shipped task and writes models/README.md, with one picture of them."""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

from card import percent, table

_MODELS = pathlib.Path(__file__).resolve().parents[1]
_PICTURED = "fashion-mnist"
# What each task was to reach: accuracy of the big net, points that the cascade may lose against it,
# share escalated.
_AIMS = {"mnist": (0.995, 0.0005, 0.03), "fashion-mnist": (0.95, 0.002, 0.20),
         "cifar-10": (0.925, 0.002, 0.35), "har": (0.972, 0.002, 0.15),
         "vibration": (0.97, 0.002, 0.15), "digits": (0.993, 0.002, 0.20),
         "bearing": (0.995, 0.002, 0.20)}
# Of what no program reads as it is: where `train.py --task TASK --prepare` puts it, below build/train/TASK.
_PREPARED = ("digits", "bearing")


def evaluate(options, task, *more):
    data = _MODELS.parent / "build" / "train" / task / "data" if task in _PREPARED else options.data
    with tempfile.TemporaryDirectory() as scratch:
        figures = pathlib.Path(scratch) / "figures.json"
        done = subprocess.run([str(options.program), "evaluate", "--task", task, "--data",
                               str(data), "--json", str(figures), *more],
                              stdout=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 3):  # 3: the promise does not hold there, which the table shows
            sys.exit(f"overview.py: evaluating {task} ended with {done.returncode}")
        return json.loads(figures.read_text(encoding="utf-8"))


def row(task, figures):
    accuracy = figures["accuracy"]
    return [f"[{task}]({task}/README.md)", f"{figures['readings']:,}", percent(accuracy["big"]),
            percent(accuracy["little"]), f"**{percent(accuracy['cascade'])}**",
            percent(figures["escalation_rate"]), percent(figures["local_error"]),
            percent(figures["priority"]["recall"]),
            f"{percent(figures['ece']['raw'])} / {percent(figures['ece']['calibrated'])}",
            f"1/{figures['macs']['big'] / figures['macs']['little']:.0f}",
            f"{figures['bytes_per_reading']:.0f} / {figures['bytes_per_reading_big_only']:.0f}"]


def against_aim(task, figures):
    def cell(text, met):
        return text if met else f"**{text}**"

    big, loss, escalated = _AIMS[task]
    accuracy = figures["accuracy"]
    lost = round(accuracy["big"] - accuracy["cascade"], 6)
    return [task, f"{100 * big:g} %", cell(percent(accuracy["big"]), accuracy["big"] >= big),
            f"{100 * loss:g}", cell(f"{100 * lost:.2f}", lost <= loss),
            f"{100 * escalated:g} %",
            cell(percent(figures["escalation_rate"]), figures["escalation_rate"] <= escalated)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder above the data sets")
    parser.add_argument("--program", default=_MODELS.parent / "biglittle")
    options = parser.parse_args()
    rows, aims = [], []
    for folder in sorted(path.parent for path in _MODELS.glob("*/task.yaml")):
        more = ["--plot", str(_MODELS / "evaluation.png")] if folder.name == _PICTURED else []
        figures = evaluate(options, folder.name, *more)
        rows.append(row(folder.name, figures))
        if folder.name in _AIMS:
            aims.append(against_aim(folder.name, figures))
    head = ["task", "test readings", "big net", "little net", "cascade", "escalated",
            "wrong among the local", "priority recall", "calibration error, raw / as shipped",
            "little's multiply-adds", "bytes a reading / sending all"]
    aims_head = ["task", "big net, at least", "has", "points lost by the cascade, at most", "loses",
                 "escalated, at most", "escalates"]
    (_MODELS / "README.md").write_text(f"""# The shipped tasks

One folder a task: `little.onnx`, `big.onnx`, `task.yaml` and the model card. Figures of the test parts, as
`./biglittle evaluate --task TASK --data DIR` prints them; thresholds come from validation data alone.
`models/train/overview.py` wrote this page, [train/](train) has the recipes, and how to bring a task of your own.

{table(head, rows)}

- **wrong among the local**: of the readings that the device answered by itself.
- **bytes**: payloads of request and reply, one reading a message.

## Against the aims
What was aimed for, and what the nets have; what falls short is bold.

{table(aims_head, aims)}

![{_PICTURED}: accuracy against share escalated, reliability, confusion](evaluation.png)

`{_PICTURED}`, by `./biglittle evaluate --task {_PICTURED} --data DIR --plot evaluation.png`.
""", encoding="utf-8")


if __name__ == "__main__":
    main()
