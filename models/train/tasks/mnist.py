"""MNIST."""

import augment
import data
import nets
from fit import Schedule
from nets import Layer
from tasks.task import Task, rows_of

_HELD = data.Held(every=11)


def task():
    return Task(
        name="mnist",
        description="Which digit a grey 28x28 image shows: MNIST, ten classes",
        labels=["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
        priority=["zero", "one", "seven", "nine"],
        why_priority=(
            "The camera is thought of as reading the first digit of the post code on a parcel, just "
            "before the belt forks. Four regions have a chute of their own right behind the camera; "
            "the other six share the belt for long enough to be asked about."),
        dtype="uint8", shape=[1, 28, 28],
        load=lambda options, scratch: data.idx_images(options.data, "mnist", _HELD),
        validation=_HELD.described(),
        big=lambda outputs, scale: nets.staged(2, 1, outputs, 16, (32, 64, 128), dropout=0.1),
        big_schedule=Schedule(epochs=14, batch=256, learning_rate=3e-3, label_smoothing=0.05,
                              average=0.998, bfloat16=True),
        layers=(Layer(8, kernel=5, stride=2), Layer(16), Layer(24, stride=2), Layer(32)),
        exit_after=2,
        little_schedule=Schedule(epochs=30, batch=256, learning_rate=6e-3, label_smoothing=0.0),
        augment=augment.digits, objective=("--max-escalation", "0.025"),
        distillation=0.7,
        about_data=(
            "MNIST (LeCun, Cortes, Burges; LeCun et al., Proc. IEEE 86(11), 1998): 60,000 training "
            "and 10,000 test images of handwritten digits, grey, 28x28, uint8."),
        about_split=rows_of(11) + " Test: the official test images.",
        licence="no licence text comes with the data; it is commonly given as CC BY-SA 3.0.",
        limits=(
            "Single digits, centred, written by American clerks and pupils in the 1990s. An image "
            "that is no digit gets a digit all the same, unless its energy gives it away."))
