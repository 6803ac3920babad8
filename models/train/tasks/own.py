"""A user's own task: X.npy, y.npy and a list of labels."""

import json
import math
import sys

import numpy as np

import data
import nets
from data import BadInput
from fit import Schedule
from nets import Layer
from tasks.task import Task

_HELD = data.Held(every=5)
_DTYPES = ("uint8", "int16", "float32")
# What the big nets halve until one is left.
_LEAST_SAMPLES, _LEAST_ROWS = 2, 8


def _lines(path, what):
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read {what} {path}: {error}; write one label a line, in the order "
                       "of the numbers in y.npy") from error
    while lines and not lines[-1]:
        lines.pop()
    for number, line in enumerate(lines, 1):
        # A line left out would give every label behind it another number.
        if not line or not line.isprintable() or len(line.encode()) > 200:
            raise BadInput(f"{path}, line {number}: a label is 1 to 200 bytes that can be printed")
    return lines


def _check(windows, truth, labels, folder):
    if windows.dtype.name not in _DTYPES:
        raise BadInput(f"{folder}/X.npy is {windows.dtype}; a sensor gives {', '.join(_DTYPES)}: "
                       "save it with astype")
    if windows.ndim not in (3, 4):
        raise BadInput(f"{folder}/X.npy has the shape {windows.shape}; it must be [N, channels, "
                       "samples] or [N, channels, rows, columns]")
    if windows.dtype == np.float32 and not np.isfinite(windows).all():
        raise BadInput(f"{folder}/X.npy holds numbers that are not finite; leave such windows out")
    truth = data.as_column(truth)
    if not np.issubdtype(truth.dtype, np.integer) or truth.ndim != 1:
        raise BadInput(f"{folder}/y.npy is {truth.dtype} {truth.shape}; it must be one integer a "
                       "window")
    if len(truth) == 0 or truth.min() < 0 or truth.max() >= len(labels):
        raise BadInput(f"{folder}/y.npy holds {truth.min() if len(truth) else 'no'} to "
                       f"{truth.max() if len(truth) else 'no'} labels; labels.txt names "
                       f"{len(labels)}, so that they must be 0 to {len(labels) - 1}")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf


def _input_settings(folder):
    """How `biglittle new` conditioned the windows, in task.yaml's words, which the program looks at
    when it reads them there; nothing where nobody said so."""
    path = folder / "input.json"
    if not path.is_file():
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"cannot read {path}: {error}; remove it, or let `biglittle new` write it") from error
    known = isinstance(settings, dict) and {"rate_hz"} <= set(settings) <= {"rate_hz", "filter"}
    cut_off = settings.get("filter", {"type": "low_pass"}) if known else None
    if not known or not _is_number(settings["rate_hz"]) or not isinstance(cut_off, dict) \
            or cut_off.get("type") not in ("low_pass", "high_pass", "band_pass") \
            or not all(_is_number(value) for key, value in cut_off.items() if key != "type"):
        raise BadInput(f"{path} must have the 'rate_hz' of the windows, and the 'filter' that they went "
                       "through if there was one, as task.yaml's 'input' says them")
    return settings


def _tell_unlikely(shape, folder):
    """Keras and many loggers put the channels last. What is a channel no file says, but a sensor has
    seldom more channels than samples."""
    if shape[0] <= shape[-1] or shape[-1] == 1:
        return
    axes = ", ".join(map(str, (0, len(shape), *range(1, len(shape)))))
    print(f"note: {folder}/X.npy is taken as {shape[0]} channels of {' x '.join(map(str, shape[1:]))}; if "
          f"the channels are its last dimension, save array.transpose({axes})", file=sys.stderr)


def _shorter(length, most):
    """Strides that bring a length near to what a small net can look at as a whole."""
    return 4 if length >= 4 * most else 2 if length >= 2 * most else 1


def _two_dimensional(shape):
    stride = _shorter(min(shape[1:]), 14)
    layers = (Layer(12, stride=stride), Layer(24, stride=2), Layer(32), Layer(48, stride=2))
    return layers, lambda outputs, scale: nets.staged(2, shape[0], outputs, 32, (64, 96, 160), dropout=0.2)


def _one_dimensional(shape):
    stride = _shorter(shape[1], 64)
    layers = (Layer(12, kernel=7, stride=stride), Layer(24, kernel=5, stride=2),
              Layer(32, stride=2), Layer(32))
    return layers, lambda outputs, scale: nets.residual(
        1, shape[0], outputs, (48, 7, 1, 2), ((64, 1), (96, 2), (128, 2)), dropout=0.2, kernel=5)


def task(name, options):
    """Reads X.npy and y.npy for what the task must say of itself."""
    folder = options.data
    labels = _lines(options.labels or folder / "labels.txt", "--labels")
    if len(labels) < 2 or len(set(labels)) < len(labels) or "other" in labels:
        raise BadInput(f"{options.labels or folder / 'labels.txt'} must name at least 2 labels, no "
                       "two the same and none 'other'")
    priority = options.priority.split(",") if options.priority else labels[:1]
    unknown = [label for label in priority if label not in labels]
    if unknown:
        raise BadInput(f"--priority names {', '.join(unknown)}; the labels are {', '.join(labels)}")
    windows = data.read_npy(data.need(folder, "X.npy"))
    _check(windows, data.read_npy(data.need(folder, "y.npy")), labels, folder)
    shape = list(windows.shape[1:])
    _tell_unlikely(shape, folder)
    least = _LEAST_SAMPLES if len(shape) == 2 else _LEAST_ROWS
    if min(shape[1:]) < least:
        raise BadInput(f"{folder}/X.npy has the shape {windows.shape}; what follows the channels must "
                       f"be {least} or more")
    layers, big = (_one_dimensional if len(shape) == 2 else _two_dimensional)(shape)
    has_test, has_groups = (data.find(folder, name) is not None
                            for name in ("X_test.npy", "groups.npy"))
    if not has_test:
        split = (f"Training, validation and test part drawn by the seed {options.seed}, by group where "
                 "groups.npy names one a row.")
    elif has_groups:
        split = ("Test: X_test.npy; validation: a fifth of the groups that groups.npy names, drawn by "
                 f"the seed {options.seed}.")
    else:
        split = "Test: X_test.npy; validation: every 5th row of X.npy."
    return Task(
        name=name, description=options.description or f"{name}, {len(labels)} classes",
        labels=labels, priority=priority,
        why_priority="Named by --priority." if options.priority else
        "The first label; name others by --priority.",
        dtype=windows.dtype.name, shape=shape, input_settings=_input_settings(folder),
        load=lambda opts, scratch: data.own(opts.data, _HELD, opts.seed),
        validation={},
        big=big, big_schedule=Schedule(epochs=15),
        layers=layers, exit_after=2,
        little_schedule=Schedule(epochs=25, learning_rate=3e-3, label_smoothing=0.02),
        augment=lambda batch, generator: batch,
        objective=("--max-loss", "0.005"),
        about_data=f"X.npy and y.npy in the folder that --data named: {len(windows):,} windows.",
        about_split=split,
        licence="that of your data.",
        limits="What is not in the data is not known to the nets; look at the confusion matrix of "
               "`biglittle evaluate`.")
