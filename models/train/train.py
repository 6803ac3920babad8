#!/usr/bin/python3
"""Trains the little and the big net of one task and writes models/<task>: see README.md."""

import argparse
import pathlib
import shlex
import sys
import tempfile

import numpy as np
import torch

import calibrate
import card
import export
import nets
from data import BadInput
from fit import Scale, logits_of
from pair import cross_validate, little_classes, train_both
from tasks import TASKS


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BadInput(f"{message}; see --help")


def parse(arguments):
    parser = Parser(description=__doc__)
    parser.add_argument("--task", required=True, help=", ".join(TASKS))
    parser.add_argument("--data", type=pathlib.Path,
                        help="folder of the data set; for vibration: where simulated readings go "
                             "(a temporary folder if left out)")
    parser.add_argument("--out", type=pathlib.Path, help="models/<task> if left out")
    parser.add_argument("--simulate", type=pathlib.Path, metavar="PROGRAM",
                        help="the built biglittle program, for simulated tasks")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--little-epochs", type=int, metavar="N", help="instead of the task's own")
    parser.add_argument("--big-epochs", type=int, metavar="N", help="instead of the task's own")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    if options.task not in TASKS:
        raise BadInput(f"--task {options.task} is not known; it is one of {', '.join(TASKS)}")
    for name in ("little_epochs", "big_epochs", "threads"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise BadInput(f"--{name.replace('_', '-')} {value} is not at least 1")
    if not 0 <= options.seed < 2**32 - 1:
        raise BadInput(f"--seed {options.seed} is out of range; give 0 to {2**32 - 2}")
    options.out = options.out or pathlib.Path(__file__).resolve().parents[1] / options.task
    return options


def check_folders(options, task):
    name, path = ("--simulate", options.simulate) if task.simulated else ("--data", options.data)
    what = "the built biglittle program" if task.simulated else "the folder with the data set's files"
    if path is None:
        raise BadInput(f"{name} is missing; task {task.name} needs {what}")
    if not (path.is_file() if task.simulated else path.is_dir()):
        raise BadInput(f"{name} {path} does not exist; name {what}")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=options.out):
            pass
    except OSError as error:
        raise BadInput(f"cannot write to --out {options.out}: {error}") from error


def check_data(task, loaded):
    for name, part in vars(loaded).items():
        if part is None:
            continue
        if list(part.windows.shape[1:]) != task.shape or part.windows.dtype != task.dtype:
            raise BadInput(f"the {name} windows are {part.windows.dtype} {part.windows.shape[1:]}; "
                           f"task {task.name} takes {task.dtype} {tuple(task.shape)}")
        if len(part) == 0 or part.truth.min() < 0 or part.truth.max() >= len(task.labels):
            raise BadInput(f"the {name} labels are not 0 to {len(task.labels) - 1}, or there are none")


def moments(task, split):
    """Rounded before they are used, so that training and task.yaml agree to the last digit."""
    windows = split.windows.astype(np.float32, copy=False)
    axes = (0,) + tuple(range(2, windows.ndim)) if task.per_channel else None
    mean, deviation = windows.mean(axes, dtype=np.float64), windows.std(axes, dtype=np.float64)
    return ([float(f"{v:.6g}") for v in np.atleast_1d(mean)],
            [float(f"{v:.6g}") for v in np.atleast_1d(deviation)])


def export_net(task, net, path, inputs):
    model = export.write_onnx(net, task.shape, path)
    difference = export.largest_difference(model, net, inputs)
    print(f"{path}: {export.operators(model)}, differs from the net by {difference:.1e}")
    if not difference < 1e-4:
        raise AssertionError(f"{path} does not compute what was trained")
    return {"sha256": export.sha256(path), "bytes": path.stat().st_size,
            "multiply_adds": nets.multiply_adds(net, task.shape),
            "parameters": sum(p.numel() for p in net.parameters()),
            "operators": export.operators(model), "outputs": list(net.parameters())[-1].numel()}


def class_indices(task):
    """Of the little net's outputs."""
    return [task.labels.index(label) for label in task.little_outputs[:-1]] + [-1]


def decide(task, logits, truth, group):
    """Temperatures, and thresholds by class index, from validation readings."""
    classes = {"little": little_classes(task, truth), "big": truth}
    temperatures = {name: calibrate.choose_temperature(logits[name], classes[name], group)
                    for name in logits}
    probabilities = calibrate.softmax(logits["little"], temperatures["little"])
    big_right = logits["big"].argmax(1) == truth
    return temperatures, calibrate.choose_thresholds(probabilities, big_right, truth,
                                                     class_indices(task))


def evaluate(task, logits, truth, temperatures, thresholds):
    """The figures of one part; thresholds by class index."""
    classes = {"little": little_classes(task, truth), "big": truth}
    probabilities = {n: calibrate.softmax(logits[n], temperatures[n]) for n in logits}
    figures = calibrate.cascade_figures(probabilities["little"], probabilities["big"], truth,
                                        class_indices(task), thresholds)
    for name in ("little", "big"):
        raw = calibrate.softmax(logits[name])
        error = calibrate.expected_calibration_error
        figures[f"{name}_ece_uncalibrated"] = round(error(raw, classes[name]), 4)
        figures[f"{name}_ece"] = round(error(probabilities[name], classes[name]), 4)
    right = probabilities["big"].argmax(1) == truth
    figures["big_recall"] = {label: round(float(right[truth == c].mean()), 4)
                             for c, label in enumerate(task.labels)}
    return figures


def run(options):
    task = TASKS[options.task]()
    check_folders(options, task)
    task.little_schedule.epochs = options.little_epochs or task.little_schedule.epochs
    task.big_schedule.epochs = options.big_epochs or task.big_schedule.epochs
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as scratch:
        loaded = task.load(options, scratch)
    check_data(task, loaded)
    mean, deviation = moments(task, loaded.train)
    scale = Scale(mean, deviation, len(task.shape) - 1)
    windows, test_windows = (torch.from_numpy(part.windows) for part in (loaded.train, loaded.test))

    if loaded.validation is None:
        held = loaded.train
        validation = cross_validate(task, windows, held, scale, task.folds, options.seed)
    trained = train_both(task, windows, loaded.train.truth, scale, options.seed)
    if loaded.validation is not None:
        held = loaded.validation
        validation = {name: logits_of(net, torch.from_numpy(held.windows), scale)
                      for name, net in trained.items()}
    temperatures, thresholds = decide(task, validation, held.truth, held.group)
    test = {name: logits_of(net, test_windows, scale) for name, net in trained.items()}
    figures = {
        "seed": options.seed,
        "train_readings": len(loaded.train),
        "validation_readings": len(held),
        "may_cost": calibrate.MAY_COST,
        "validation": evaluate(task, validation, held.truth, temperatures, thresholds),
        "test": evaluate(task, test, loaded.test.truth, temperatures, thresholds),
    }
    files = {name: export_net(task, net, options.out / f"{name}.onnx", scale(test_windows[:64]))
             for name, net in trained.items()}
    write_descriptions(task, options, mean, deviation, files, temperatures, thresholds, figures)


def write_descriptions(task, options, mean, deviation, files, temperatures, thresholds, figures):
    costs = {name: about["multiply_adds"] for name, about in files.items()}
    figures["little_multiply_adds"], figures["big_multiply_adds"] = costs["little"], costs["big"]
    figures["big_to_little_multiply_adds"] = round(costs["big"] / costs["little"], 1)
    named = {task.labels[c]: value for c, value in thresholds.items()}
    card.write_task_yaml(options.out / "task.yaml", task, mean, deviation, files, temperatures,
                         named, figures)
    card.write_card(options.out / "README.md", task, files, named, temperatures, figures,
                    command_of(options), options.seed)
    print(card.to_yaml({"thresholds": named, "temperatures": temperatures, **figures}))


def command_of(options):
    """The command that makes the same again, with what is a place on this machine left open."""
    words = ["/usr/bin/python3", "models/train/train.py", "--task", options.task]
    if options.simulate:
        words += ["--simulate", "PATH-TO-biglittle"]
    elif options.data:
        words += ["--data", "DATA-FOLDER"]
    words += ["--out", f"models/{options.task}", "--seed", str(options.seed)]
    for name in ("little_epochs", "big_epochs"):
        if getattr(options, name):
            words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    words += ["--threads", str(options.threads)]
    return shlex.join(words)


def main():
    try:
        run(parse(sys.argv[1:]))
    except BadInput as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
