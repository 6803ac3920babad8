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
from fit import fit, logits_of, normalise, one_hot
from tasks import TASKS

TARGET_AT_MOST = 0.995


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__)
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
    options.out = options.out or pathlib.Path(__file__).resolve().parents[1] / options.task
    return options


def check_folders(options, task):
    if task.simulated:
        if options.simulate is None or not options.simulate.is_file():
            raise BadInput(f"--simulate {options.simulate}: no such program; build biglittle and "
                           "name it")
    elif options.data is None or not options.data.is_dir():
        raise BadInput(f"--data {options.data}: no such folder; name the one that holds the "
                       "data set's files")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=options.out):
            pass
    except OSError as error:
        raise BadInput(f"cannot write to --out {options.out}: {error}") from error


def moments(task, split):
    """Rounded before they are used, so that training and task.yaml agree to the last digit."""
    windows = split.windows.astype(np.float32, copy=False)
    axes = (0,) + tuple(range(2, windows.ndim)) if task.per_channel else None
    mean, deviation = windows.mean(axes, dtype=np.float64), windows.std(axes, dtype=np.float64)
    return ([float(f"{v:.6g}") for v in np.atleast_1d(mean)],
            [float(f"{v:.6g}") for v in np.atleast_1d(deviation)])


def little_classes(task, truth):
    """Positions in the little net's outputs."""
    position = [task.little_outputs.index(label if label in task.priority else "other")
                for label in task.labels]
    return np.asarray(position)[truth]


def train_both(task, inputs, truth, options):
    torch.manual_seed(options.seed)
    big = task.big(len(task.labels))
    smoothing = task.big_schedule.label_smoothing
    big = fit(big, inputs, one_hot(truth, len(task.labels), smoothing), task.big_schedule,
              task.augment, options.seed, "big")

    # What the big net thinks, added up to the little net's outputs. Source: Hinton, Vinyals, Dean,
    # "Distilling the Knowledge in a Neural Network", 2015.
    opinion = torch.softmax(torch.from_numpy(logits_of(big, inputs)), 1)
    position = torch.from_numpy(little_classes(task, np.arange(len(task.labels))))
    outputs = len(task.little_outputs)
    opinion = torch.zeros(len(inputs), outputs).index_add_(1, position, opinion)
    hard = one_hot(little_classes(task, truth), outputs, task.little_schedule.label_smoothing)
    targets = task.distillation * opinion + (1 - task.distillation) * hard
    torch.manual_seed(options.seed + 1)
    little = fit(task.little(outputs), inputs, targets, task.little_schedule, task.augment,
                 options.seed + 1, "little")
    return {"little": little, "big": big}


def export_net(task, net, path, inputs):
    model = export.write_onnx(net, task.shape, path)
    difference = export.largest_difference(model, net, inputs[:64])
    print(f"{path}: {export.operators(model)}, differs from the net by {difference:.1e}")
    if not difference < 1e-4:
        raise AssertionError(f"{path} does not compute what was trained")
    return {"sha256": export.sha256(path), "bytes": path.stat().st_size,
            "multiply_adds": nets.multiply_adds(net, task.shape),
            "parameters": sum(p.numel() for p in net.parameters()),
            "operators": export.operators(model), "outputs": list(net.parameters())[-1].numel()}


def evaluate(task, logits, truth, temperatures, thresholds):
    """The figures of one split; thresholds by class index."""
    classes = {"little": little_classes(task, truth), "big": truth}
    probabilities = {n: calibrate.softmax(logits[n], temperatures[n]) for n in logits}
    outputs = [task.labels.index(label) for label in task.little_outputs[:-1]] + [-1]
    figures = calibrate.cascade_figures(probabilities["little"], probabilities["big"], truth,
                                        outputs, thresholds)
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
    mean, deviation = moments(task, loaded.train)
    inputs = {part: normalise(getattr(loaded, part).windows, mean, deviation)
              for part in ("train", "validation", "test")}
    trained = train_both(task, inputs["train"], loaded.train.truth, options)
    files = {name: export_net(task, net, options.out / f"{name}.onnx", inputs["test"])
             for name, net in trained.items()}

    validation = {n: logits_of(net, inputs["validation"]) for n, net in trained.items()}
    truth = loaded.validation.truth
    classes = {"little": little_classes(task, truth), "big": truth}
    temperatures = {n: calibrate.choose_temperature(validation[n], classes[n],
                                                    loaded.validation.group) for n in trained}
    outputs = [task.labels.index(label) for label in task.little_outputs[:-1]] + [-1]
    big_accuracy = float((validation["big"].argmax(1) == truth).mean())
    target = round(min(TARGET_AT_MOST, big_accuracy), 4)
    thresholds = calibrate.choose_thresholds(
        calibrate.softmax(validation["little"], temperatures["little"]), truth, outputs, target)

    test = {n: logits_of(net, inputs["test"]) for n, net in trained.items()}
    held_out = {
        "seed": options.seed,
        "train_readings": len(loaded.train),
        "validation_readings": len(loaded.validation),
        "target_precision": target,
        "little_multiply_adds": files["little"]["multiply_adds"],
        "big_multiply_adds": files["big"]["multiply_adds"],
        "big_to_little_multiply_adds": round(files["big"]["multiply_adds"]
                                             / files["little"]["multiply_adds"], 1),
        "validation": evaluate(task, validation, truth, temperatures, thresholds),
        "test": evaluate(task, test, loaded.test.truth, temperatures, thresholds),
    }
    named = {task.labels[c]: value for c, value in thresholds.items()}
    card.write_task_yaml(options.out / "task.yaml", task, mean, deviation, files, temperatures,
                         named, held_out)
    card.write_card(options.out / "README.md", task, files, named, temperatures, held_out,
                    command_of(options), options.seed)
    print(card.to_yaml({"thresholds": named, "temperatures": temperatures, **held_out}))


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
