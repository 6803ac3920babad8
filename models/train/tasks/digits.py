"""Spoken digits."""

import augment
import data
import nets
from fit import Schedule
from nets import Layer
from tasks.task import Task

_LABELS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_RATE_HZ = 8000
_SAMPLES = 8000
# Recordings of each digit and speaker: 0 to 4 are the official test part, the next ones choose.
_TEST, _VALIDATION = 5, 13


def _load(options, scratch):
    windows, truth, _, index = data.spoken_digits(options.data, _SAMPLES)
    validation = (index >= _TEST) & (index < _VALIDATION)
    return data.Data(*(data.Split(windows[keep], truth[keep])
                       for keep in (index >= _VALIDATION, validation, index < _TEST)))


def _by_speaker(options):
    windows, truth, speakers, _ = data.spoken_digits(options.data, _SAMPLES)
    return windows, truth, speakers


def task():
    return Task(
        name="digits",
        description="Spoken digits from a microphone: ten words in windows of a second",
        labels=list(_LABELS),
        priority=["zero", "one"],
        why_priority=(
            "The device is thought of as a machine that is told what to do by number, where zero means stop and "
            "one means go on: these two must be obeyed at once and without a network. Which of the other "
            "programs was asked for may take the time of a round trip."),
        dtype="int16", shape=[1, _SAMPLES], input_settings={"rate_hz": _RATE_HZ}, features="log-mel",
        load=_load, validation={}, by_groups=("by-speaker", _by_speaker),
        big=lambda outputs, scale: nets.listening(2, 1, outputs, 24, (48, 96, 192)),
        big_schedule=Schedule(epochs=0, steps=2600, batch=64, mixup=0.3),
        layers=(Layer(24, stride=2), Layer(48, separable=True), Layer(64, stride=2, separable=True),
                Layer(96, stride=2, separable=True), Layer(96, separable=True)),
        exit_after=3,
        little_schedule=Schedule(epochs=0, steps=2500, batch=64, learning_rate=4e-3, label_smoothing=0.0,
                                 weight_decay=0.005),
        augment=augment.listened, little_augment=augment.listened_a_little,
        objective=("--max-escalation", "0.1"),
        budget_share=1 / 8,
        about_data=(
            "The Free Spoken Digit Dataset (Zohar Jackson and others): 3,000 recordings of the digits 0 to 9 by six "
            "speakers, 8,000 samples a second, each put into the middle of a window of a second."),
        about_split=(
            "Test: the official one, recordings 0 to 4 of each digit and speaker. Validation: recordings 5 to 12. The "
            "speakers are the same in all parts; `--prepare` writes a folder `by-speaker` too, to train on with whole "
            "speakers held out."),
        licence="CC BY-SA 4.0 of the data; treat the trained files alike.",
        limits=(
            "Six speakers, quiet rooms, one word in the middle of each window: there is no class for silence or other "
            "words, so that a microphone needs a level or a button in front of it. What is held out are other "
            "recordings of these same speakers: of a new speaker the nets know less, see models/README.md."))
