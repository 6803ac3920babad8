"""A user's own task: X.npy, y.npy and a list of labels."""

import json
import math
import sys

import numpy as np

import augment
import data
import frontends
import nets
from data import BadInput
from fit import Schedule
from nets import Layer
from tasks.task import Task

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
    if windows.ndim not in (2, 3, 4):
        raise BadInput(f"{folder}/X.npy has the shape {windows.shape}; it must be [N, channels, "
                       "samples], [N, channels, rows, columns], or [N, features]")
    for at in range(0, len(windows), 1000):
        if windows.dtype == np.float32 and not np.isfinite(windows[at:at + 1000]).all():
            raise BadInput(f"{folder}/X.npy holds numbers that are not finite, the first in rows {at} to "
                           f"{at + 999}; leave such windows out")
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
    if len(shape) == 1 or shape[0] <= shape[-1] or shape[-1] == 1:
        return
    axes = ", ".join(map(str, (0, len(shape), *range(1, len(shape)))))
    print(f"note: {folder}/X.npy is taken as {shape[0]} channels of {' x '.join(map(str, shape[1:]))}; if "
          f"the channels are its last dimension, save array.transpose({axes})", file=sys.stderr)


def _shorter(length, most):
    """Strides that bring a length near to what a small net can look at as a whole."""
    return 4 if length >= 4 * most else 2 if length >= 2 * most else 1


def _of_images(shape):
    stride = _shorter(min(shape[1:]), 14)
    layers = (Layer(12, stride=stride), Layer(24, stride=2), Layer(32), Layer(48, stride=2))
    return layers, lambda outputs, scale: nets.staged(2, shape[0], outputs, 32, (64, 96, 160), dropout=0.2)


def _of_maps(shape):
    """Spectrograms: little by little halved in both directions."""
    stride = _shorter(min(shape[1:]), 24)
    layers = (Layer(12, stride=stride), Layer(32, stride=2), Layer(64, stride=2, separable=True),
              Layer(96, stride=1, separable=True))
    # Each stage halves, and the stem has halved once.
    stages = max(1, min(3, int(math.log2(min(shape[1:]))) - 1))
    return layers, lambda outputs, scale: nets.listening(2, shape[0], outputs, 24, (48, 96, 192)[:stages])


def _of_sequences(shape):
    stride = _shorter(shape[1], 64)
    layers = (Layer(12, kernel=7, stride=stride), Layer(24, kernel=5, stride=2),
              Layer(32, stride=2), Layer(32))
    return layers, lambda outputs, scale: nets.residual(
        1, shape[0], outputs, (48, 7, 1, 2), ((64, 1), (96, 2), (128, 2)), dropout=0.2, kernel=5)


def _of_vectors(shape):
    count = math.prod(shape)
    return (Layer(24), Layer(16)), lambda outputs, scale: nets.dense(count, outputs, (256, 192))


def _schedules(readings, is_image):
    """Steps, not epochs: a few hundred readings need as many steps as many thousand, within what they can
    teach."""
    batch = 32 if readings < 1000 else 64 if readings < 8000 else 128
    epoch = math.ceil(readings / batch)
    big = max(15 * epoch, min(1500, 150 * epoch))
    little = max(25 * epoch, min(2500, 300 * epoch))
    mixup = 0.0 if is_image else 0.3
    return (Schedule(epochs=15, batch=batch, steps=big, mixup=mixup),
            Schedule(epochs=25, batch=batch, steps=little, learning_rate=4e-3, label_smoothing=0.0,
                     weight_decay=0.005))


def _unchanged(batch, generator):
    return batch


def shape_nets(task, front, kind, readings):
    """Nets, augmentation and schedules for what comes out of the front, or for the windows themselves."""
    shape = front.shape or task.shape
    layout = front.layout if front.shape else {1: "vector", 2: "sequence", 3: "image"}[len(task.shape)]
    if layout == "sequence" and shape[-1] == 1:
        layout = "vector"
    nets_of = {"vector": _of_vectors, "sequence": _of_sequences, "map": _of_maps, "image": _of_images}[layout]
    task.layers, task.big = nets_of(shape)
    task.exit_after = 1 if layout == "vector" else 2
    task.net_rank = 0 if layout == "vector" else len(shape) - 1
    task.net_inputs = math.prod(shape) if layout == "vector" else shape[0]
    task.big_schedule, task.little_schedule = _schedules(readings, layout == "image")
    task.little_augment = None
    if layout == "map":
        task.augment, task.little_augment = augment.listened, augment.listened_a_little
    elif front.shape and layout in ("vector", "sequence"):
        task.augment = lambda batch, generator: augment.noisy(batch, generator, 0.1)
    else:
        task.augment = _unchanged


def _labels_of(options):
    labels = _lines(options.labels or options.data / "labels.txt", "--labels")
    if len(labels) < 2 or len(set(labels)) < len(labels) or "other" in labels:
        raise BadInput(f"{options.labels or options.data / 'labels.txt'} must name at least 2 labels, no "
                       "two the same and none 'other'")
    priority = options.priority.split(",") if options.priority else labels[:1]
    unknown = [label for label in priority if label not in labels]
    if unknown:
        raise BadInput(f"--priority names {', '.join(unknown)}; the labels are {', '.join(labels)}")
    return labels, priority


def _check_sizes(shape, windows, folder):
    if len(shape) > 1 and shape[1:] != [1]:
        least = _LEAST_SAMPLES if len(shape) == 2 else _LEAST_ROWS
        if min(shape[1:]) < least:
            raise BadInput(f"{folder}/X.npy has the shape {windows.shape}; what follows the channels must "
                           f"be {least} or more")


def _split_words(folder, seed):
    has_test, has_groups = (data.find(folder, name) is not None
                            for name in ("X_test.npy", "groups.npy"))
    drawn = (f"whole groups of groups.npy, drawn by the seed {seed}" if has_groups
             else f"a fifth of each class's rows, drawn by the seed {seed}")
    if has_test:
        return f"Test: X_test.npy; validation: {drawn}."
    return f"Validation and test part: each {drawn}; every class is in every part."


def task(name, options):
    """Reads X.npy and y.npy for what the task must say of itself."""
    folder = options.data
    labels, priority = _labels_of(options)
    windows = data.read_windows(data.need(folder, "X.npy"))
    _check(windows, data.read_npy(data.need(folder, "y.npy")), labels, folder)
    shape = list(windows.shape[1:])
    _tell_unlikely(shape, folder)
    _check_sizes(shape, windows, folder)
    settings = _input_settings(folder)
    own = Task(
        name=name, description=options.description or f"{name}, {len(labels)} classes",
        labels=labels, priority=priority,
        why_priority="Named by --priority." if options.priority else
        "The first label; name others by --priority.",
        dtype=windows.dtype.name, shape=shape, input_settings=settings,
        load=lambda opts, scratch: data.own(opts.data, labels, opts.seed),
        validation={}, big=None, big_schedule=None, layers=(), exit_after=0, little_schedule=None,
        augment=_unchanged, objective=("--max-loss", "0.005"),
        about_data=f"X.npy and y.npy in the folder that --data named: {len(windows):,} windows.",
        about_split=_split_words(folder, options.seed),
        licence="that of your data.",
        limits="What is not in the data is not known to the nets; look at the confusion matrix of "
               "`biglittle evaluate`.")
    own.kind, own.kind_words = frontends.kind_of(shape, own.dtype, settings.get("rate_hz"), options.kind)
    return own
