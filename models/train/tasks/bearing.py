"""Damage of a real motor's bearing."""

import numpy as np

import augment
import data
import nets
from fit import Schedule
from nets import Layer
from tasks.task import Task

_LABELS = ["normal", "ball", "inner_race", "outer_race"]
_RATE_HZ = 12000
_SAMPLES = 2048
_TEST_LOAD = 3
# Of a recording what comes first trains, and what comes last chooses: neighbouring windows are alike.
_TRAINED, _CHOOSES = 0.72, 0.75
# The healthy motor was recorded at one load only: the end of its recording is its test part.
_NORMAL_TRAINED, _NORMAL_CHOOSES, _NORMAL_TEST = 0.48, 0.5, 0.75


def _load(options, scratch):
    all_of = data.bearings(options.data, _LABELS, _SAMPLES)
    normal = all_of.truth == _LABELS.index("normal")
    test = np.where(normal, all_of.place >= _NORMAL_TEST, all_of.load == _TEST_LOAD)
    trained = all_of.place < np.where(normal, _NORMAL_TRAINED, _TRAINED)
    chooses = all_of.place >= np.where(normal, _NORMAL_CHOOSES, _CHOOSES)
    return data.Data(*(data.Split(all_of.windows[keep], all_of.truth[keep])
                       for keep in (trained & ~test, chooses & ~test, test)))


def _by_diameter(options):
    """The healthy motor's recording in as many parts as there are diameters, so that each group has it."""
    all_of = data.bearings(options.data, _LABELS, _SAMPLES)
    diameters = np.unique(all_of.diameter[all_of.diameter > 0])
    parts = diameters[np.minimum((all_of.place * len(diameters)).astype(int), len(diameters) - 1)]
    return all_of.windows, all_of.truth, np.where(all_of.diameter > 0, all_of.diameter, parts)


def task():
    return Task(
        name="bearing",
        description="Damage of a motor's bearing, from an accelerometer at its drive end: CWRU, four classes",
        labels=list(_LABELS),
        priority=["normal", "inner_race", "outer_race"],
        why_priority=(
            "Normal, because that is the answer most of the time and a device that knows it need not ask; and the "
            "races, whose damage grows until the shaft is blocked. A damaged ball is replaced at the next "
            "maintenance, and may take the time of a round trip."),
        dtype="float32", shape=[1, _SAMPLES], wire_dtype="float16", input_settings={"rate_hz": _RATE_HZ},
        features="spectrogram", load=_load, validation={}, by_groups=("by-diameter", _by_diameter),
        big=lambda outputs, scale: nets.listening(2, 1, outputs, 16, (32, 64, 96)),
        big_schedule=Schedule(epochs=0, steps=900, batch=64, mixup=0.3),
        layers=(Layer(10, stride=2), Layer(20, stride=2), Layer(28, separable=True)),
        exit_after=2,
        little_schedule=Schedule(epochs=0, steps=1500, batch=64, learning_rate=4e-3, label_smoothing=0.0,
                                 weight_decay=0.005),
        augment=augment.listened, little_augment=augment.listened_a_little,
        objective=("--max-loss", "0.002"),
        about_data=(
            "Case Western Reserve University, Bearing Data Center: a 2 hp motor with bearings (SKF 6205-2RS) damaged by "
            "electro-discharge, accelerometer at the drive end (g), 12,000 samples a second, 61 recordings of 10 to 20 s, "
            "cut into windows of 2,048 samples that do not overlap."),
        about_split=(
            f"Test: all recordings at {_TEST_LOAD} hp, a load that nothing was trained on. Of the other recordings the "
            "last quarter is the validation part. The healthy motor was recorded at 0 hp only: the last quarter of that "
            "recording stands in the test part."),
        licence="offered by the university for public use; cite its Bearing Data Center.",
        limits=(
            "**A load never seen is no new bearing.** The damaged bearings of training and test part are the same "
            "objects, heard at another load; of damage of a diameter that nothing was trained on the nets know little, "
            "and with those held out (`--prepare` writes a folder `by-diameter`) training refuses the promise, see "
            "models/README.md. One motor, one healthy recording."))
