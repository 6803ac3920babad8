"""Writes task.yaml, before `biglittle tune` adds its part, and the model card."""

import json
import re

from budgets import tiny_class

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


def write_task_yaml(path, task, design, mean, deviation, files, way):
    """Without thresholds: until it is tuned, the task escalates everything."""
    content = {
        "version": 1,
        "task": task.name,
        "description": task.description,
        "labels": task.labels,
        "priority_classes": [label for label in task.labels if label in task.priority],
        "input": {"dtype": task.dtype, "shape": task.shape}
        | ({"wire_dtype": task.wire_dtype} if task.wire_dtype and not way.of_features else {}) | task.input_settings,
        **way.settings(),
        "normalisation": {"mean": mean, "standard_deviation": deviation},
        "little": {"file": "little.onnx", "sha256": files["little"]["sha256"],
                   "design": design.name, "outputs": design.outputs(task)},
        "big": {"file": "big.onnx", "sha256": files["big"]["sha256"], "outputs": task.labels},
    }
    if task.validation:
        content["validation"] = task.validation
    path.write_text(to_yaml(content) + "\n", encoding="utf-8")


def with_next_release(text, before):
    """The text of a task file as the release after that of `before`, if that has a number: signed
    as no newer one, it would be refused where that one was taken."""
    number = re.search(r"^release: ([0-9]+)$", before, re.MULTILINE)
    if number is None:
        return text
    return re.sub(r"^(task: .*)$", rf"\g<1>\nrelease: {int(number[1]) + 1}", text, count=1,
                  flags=re.MULTILINE)


def percent(value):
    return f"{100 * value:.2f} %"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def _nets(files):
    rows = []
    for name, about in files.items():
        used = ", ".join(f"{count} {kind}" for kind, count in about["operators"].items())
        rows.append([name, about["outputs"], f"{about['multiply_adds']:,}",
                     f"{about['parameters']:,}", f"{about['bytes']:,}", used])
    return table(["net", "outputs", "multiply-adds a reading", "parameters", "bytes", "operators"],
                 rows)


def _held_out(figures):
    priority = figures["priority"]
    return table(["figure", "value"], [
        ["readings", f"{figures['readings']:,}"],
        ["accuracy, little net alone", percent(figures["accuracy"]["little"])],
        ["accuracy, big net alone", percent(figures["accuracy"]["big"])],
        ["**accuracy, cascade**", percent(figures["accuracy"]["cascade"])],
        ["escalated", percent(figures["escalation_rate"])],
        ["answered at the early exit", percent(figures["early_exit_rate"])],
        ["wrong among the locally answered", percent(figures["local_error"])],
        ["called unlike the training data", percent(figures["unlike_rate"])],
        ["recall of prioritised classes", percent(priority["recall"])],
        ["calibration error, little net, raw / calibrated",
         f"{percent(figures['ece']['raw'])} / {percent(figures['ece']['calibrated'])}"],
        ["calibration error, big net, raw / calibrated",
         f"{percent(figures['ece_big']['raw'])} / {percent(figures['ece_big']['calibrated'])}"],
        ["the score puts right before wrong (AUROC)", f"{figures['auroc']:.4f}"],
        ["multiply-adds a reading, device and cloud", f"{figures['macs']['mean']:,.0f}"],
        ["bytes a reading / sending everything",
         f"{figures['bytes_per_reading']:.0f} / {figures['bytes_per_reading_big_only']:.0f}"],
    ])


def _classes(figures):
    return table(["prioritised class", "readings", "recall", "big net's recall", "answered locally",
                  "false accepts"],
                 [[label, f"{c['readings']:,}", percent(c["recall"]), percent(c["big_recall"]),
                   percent(c["local_share"]), percent(c["false_accept"])]
                  for label, c in figures["priority"]["classes"].items()])


def designs_table(compared, chosen):
    """compared: (design, files, figures)."""
    rows = []
    for design, files, figures in compared:
        name = f"**{design.title}**" if design.name == chosen.name else design.title
        name += "" if figures["met"] else ", the nearest that it can"
        cost = [f"{files['little']['multiply_adds']:,}", f"{files['little']['bytes']:,}"]
        rows.append([name, *cost, percent(figures["escalation_rate"]),
                     percent(figures["accuracy"]["cascade"]),
                     percent(figures["local_error"]), percent(figures["priority"]["recall"]),
                     percent(figures["priority"]["false_accept"]),
                     f"{figures['macs']['mean']:,.0f}"])
    return table(["design", "multiply-adds", "bytes", "escalated", "cascade's accuracy",
                  "local error", "priority recall", "false accepts",
                  "mean multiply-adds, both nets"], rows)


def _promise(figures):
    """What task.yaml promises, held against the test readings."""
    if not figures["promise"]:
        return ""
    rows = []
    for finding in figures["promise"]["findings"]:
        bound = (f"at most {percent(finding['at_most'])}" if "at_most" in finding
                 else f"at least {percent(finding['at_least'])}")
        what = finding["what"] + (f", group {finding['group']}" if "group" in finding else "")
        rows.append([what, bound, percent(finding["found"]), f"{finding['readings']:,}",
                     "yes" if finding["holds"] else "**no**"])
    loud = "" if figures["promise"]["holds"] else "**What was promised does not hold on the test readings.**\n\n"
    return (f"### What is promised\n{loud}"
            + table(["promise", "promised", "test readings", "of", "holds"], rows) + "\n\n")


def _ways(about):
    """Only where there are features that could be sent in place of windows."""
    if len(about["ways"]) < 2:
        return ""
    rows = []
    for way in about["ways"]:
        name = f"the {way['name']}" if way["name"] == "window" else "features, as halves"
        rows.append([f"**{name}**, as shipped" if way["ships"] else name, f"{way['bytes']:,.0f}",
                     f"{way['mean_bytes']:,.0f}", percent(way["accuracy"]["big"]),
                     percent(way["accuracy"]["cascade"]), percent(way["escalation_rate"])])
    return ("## What an escalated reading carries\nThe same nets and thresholds, measured both ways on the test "
            "readings. Of features (`train --escalate features`) the window stays on the device. Bytes are those "
            "of the MQTT payloads, request and reply.\n\n"
            + table(["it carries", "bytes an escalated reading", "bytes a reading on average", "big net alone",
                     "cascade", "escalated"], rows) + "\n\n")


def _front(about):
    if about["front"] is None and not about["why_front"]:
        return ""
    title = about["front"].title if about["front"] else "the samples themselves"
    return (f"## Features\nPart of both nets: {title}. {about['why_front'][:1].upper()}"
            f"{about['why_front'][1:]}.\n\n")


def _baseline(about):
    accuracy, linear = about["figures"]["accuracy"], about["baseline"]["test"]
    behind = [name for name in ("big", "little") if accuracy[name] <= linear]
    verdict = (f"**The {' and the '.join(behind)} net is not better than that.**" if behind
               else "Both nets are better.")
    return (f"A linear baseline (ridge regression on means, deviations and maxima of the same features, the "
            f"same split) is right in {percent(linear)} of the test readings. {verdict}\n")


def write_card(path, task, design, about):
    """about: what train.py measured, see there."""
    sizes = about["sizes"]
    path.write_text(f"""# {task.name}

{task.description}.

Labels: {', '.join(task.labels)}. Prioritised: {', '.join(label for label in task.labels if label in task.priority)}.

## Why these are prioritised
{task.why_priority}

## Data
{task.about_data}

{task.about_split} Training {sizes['train']:,}, validation {sizes['validation']:,}, test
{sizes['test']:,} readings.

Licence: {task.licence}

## Nets
{_nets(about['files'])}

The big net costs {about['ratio']:.1f} times the little net's multiply-adds. The little net is
{tiny_class(about['files']['little']['multiply_adds'], about['files']['little']['parameters'])}. Logits; softmax is
left to the program.

{_front(about)}## Three designs of the little net
Each on the same layers, learning from the same big net, tuned on the validation readings for a
cascade that is at most {100 * about['comparison_loss']:g} points less accurate than the big net
alone, with as little escalated as that allows; figures of the test readings.

{about['designs']}

Shipped: **{design.title}**, because {about['why']}.

## Thresholds
`biglittle tune --task {task.name} {about['arguments']}` chose them on the validation readings; they
are in `task.yaml`.

## Held-out figures (test readings)
As `biglittle evaluate --task {task.name}` prints them.

{_held_out(about['figures'])}

{_classes(about['figures'])}

{_promise(about['figures'])}{_baseline(about)}
{_ways(about)}
## Limits
{task.limits}

## How to make it again
Seed {about['seed']}, from the repository's root:

```
{about['command']}
```
""", encoding="utf-8")
