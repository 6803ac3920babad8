"""Writes task.yaml and the model card."""

import json
import re

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def _scalar(value):
    if not isinstance(value, str):
        return json.dumps(value)
    plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED
    return value if plain else json.dumps(value)


def to_yaml(value, indent=0):
    """Block maps, lists on one line; enough for task.yaml."""
    lines = []
    for key, item in value.items():
        start = " " * indent + _scalar(key) + ":"
        if isinstance(item, dict):
            lines += [start, to_yaml(item, indent + 2)]
        elif isinstance(item, (list, tuple)):
            lines.append(f"{start} [{', '.join(_scalar(v) for v in item)}]")
        else:
            lines.append(f"{start} {_scalar(item)}")
    return "\n".join(lines)


def write_task_yaml(path, task, mean, deviation, files, temperatures, thresholds, held_out):
    content = {
        "version": 1,
        "task": task.name,
        "description": task.description,
        "labels": task.labels,
        "priority_classes": task.little_outputs[:-1],
        "input": {"dtype": task.dtype, "shape": task.shape},
        "normalisation": {"mean": mean, "standard_deviation": deviation},
        "little": {"file": "little.onnx", "sha256": files["little"]["sha256"],
                   "outputs": task.little_outputs, "temperature": temperatures["little"]},
        "big": {"file": "big.onnx", "sha256": files["big"]["sha256"],
                "outputs": task.labels, "temperature": temperatures["big"]},
        "thresholds": thresholds,
        "held_out": held_out,
    }
    head = ("# Written by models/train/train.py; train again rather than edit. What is meant by each "
            "key:\n# models/train/README.md.\n")
    path.write_text(head + to_yaml(content) + "\n", encoding="utf-8")


def _figures(rows, what="figure"):
    return "\n".join([f"| {what} | value |", "|---|---:|"] +
                     [f"| {name} | {value} |" for name, value in rows])


def _nets(files):
    rows = ["| net | outputs | multiply-adds a reading | parameters | bytes | operators |",
            "|---|---:|---:|---:|---:|---|"]
    for name, about in files.items():
        used = ", ".join(f"{count} {kind}" for kind, count in about["operators"].items())
        rows.append(f"| {name} | {about['outputs']} | {about['multiply_adds']:,} | "
                    f"{about['parameters']:,} | {about['bytes']:,} | {used} |")
    return "\n".join(rows)


def _percent(value):
    return f"{100 * value:.2f} %"


def write_card(path, task, files, thresholds, temperatures, held_out, command, seed):
    test = held_out["test"]
    figures = _figures([
        ("readings", f"{test['readings']:,}"),
        ("little alone, all classes (\"other\" counts as wrong)",
         _percent(test["little_accuracy_all_classes"])),
        ("little alone, its own question (prioritised classes or other)",
         _percent(test["little_accuracy_grouped"])),
        ("big alone, all classes", _percent(test["big_accuracy"])),
        ("big alone, the little net's question", _percent(test["big_accuracy_grouped"])),
        ("**cascade, all classes**", _percent(test["cascade_accuracy"])),
        ("cascade, the little net's question", _percent(test["cascade_accuracy_grouped"])),
        ("escalation rate", _percent(test["escalation_rate"])),
        ("right among the locally answered", _percent(test["local_precision"])),
        ("the big net on the same readings", _percent(test["big_precision_on_the_same"])),
        ("share of readings of a prioritised class", _percent(test["priority_share"])),
        ("of those, answered locally", _percent(test["priority_answered_locally"])),
        ("priority recall of the cascade", _percent(test["priority_recall"])),
        ("priority recall, little alone", _percent(test["priority_recall_little"])),
        ("priority recall, big alone", _percent(test["priority_recall_big"])),
        ("calibration error, little, temperature 1 / as shipped",
         f"{test['little_ece_uncalibrated']:.4f} / {test['little_ece']:.4f}"),
        ("calibration error, big, temperature 1 / as shipped",
         f"{test['big_ece_uncalibrated']:.4f} / {test['big_ece']:.4f}"),
    ])
    recall = _figures([(label, _percent(value)) for label, value in test["big_recall"].items()],
                      "class")
    chosen = _figures(thresholds.items(), "class")
    path.write_text(f"""# {task.name}

{task.description}.

Labels: {', '.join(task.labels)}. Answered by the device itself: {', '.join(task.little_outputs[:-1])}.

## Why these are prioritised
{task.why_priority}

## Data
{task.about_data}

{task.about_split} Training {held_out['train_readings']:,}, validation
{held_out['validation_readings']:,}, test {test['readings']:,} readings.

Licence: {task.licence}

## Nets
{_nets(files)}

The big net costs {held_out['big_to_little_multiply_adds']} times the little net's multiply-adds.
Both end in logits; softmax is left to the program. Temperatures: little {temperatures['little']},
big {temperatures['big']} (1 means: scaling did not help on held-out groups, or was not needed).

## Thresholds
The device answers where the little net names a prioritised class with at least this confidence.
Each is the smallest (0.5 or more) at which, on the validation readings, the big net would be right
on at most {_percent(held_out['may_cost'])} more of the readings so answered.

{chosen}

## Held-out figures (test readings)
{figures}

Recall of the big net, class by class:

{recall}

## Limits
{task.limits}

## How to make it again
Seed {seed}, from the repository's root:

```
{command}
```
""", encoding="utf-8")
