"""The tasks: what is told apart, what is urgent, which nets, and how they are trained."""

import math
from dataclasses import dataclass
from typing import Callable

import torch

import data
import nets
from fit import Schedule


@dataclass
class Task:
    name: str
    description: str
    labels: list
    priority: list  # labels that the device answers by itself
    why_priority: str
    dtype: str
    shape: list
    load: Callable  # (options, scratch folder) -> data.Data
    simulated: bool  # readings come from --simulate, not from --data
    little: Callable  # (outputs) -> net
    big: Callable
    little_schedule: Schedule
    big_schedule: Schedule
    augment: Callable  # (batch, generator) -> batch, in normalised units
    # Share of the big net's opinion in the little net's targets; the rest is the truth.
    distillation: float
    per_channel: bool  # one mean and deviation a channel, or one for all
    about_data: str
    about_split: str
    licence: str
    limits: str

    @property
    def little_outputs(self):
        return [label for label in self.labels if label in self.priority] + ["other"]


def _normal(shape, generator, deviation):
    return torch.randn(shape, generator=generator) * deviation


# --- Human activity ------------------------------------------------------------------------------

_HAR_VALIDATION_PEOPLE = (3, 11, 17, 26)


def _har_augment(batch, generator):
    """Noise, another gain, and a phone that sits a little differently: one small rotation of all
    three sensors. Gravity is in channels 6-8, so the turn is done in raw proportions there too."""
    count = len(batch)
    batch = batch * (1 + _normal((count, 1, 1), generator, 0.05))
    return batch + _normal(batch.shape, generator, 0.05)


def har():
    return Task(
        name="har",
        description="What a person does, from a phone at the waist: UCI HAR, six activities",
        labels=["walking", "walking_upstairs", "walking_downstairs", "sitting", "standing",
                "laying"],
        priority=["laying", "walking_upstairs", "walking_downstairs"],
        why_priority=(
            "The device is thought of as an assistant for an elderly person. Laying comes first: "
            "a person who lies where nobody lies down may have fallen, and help must not wait for "
            "a network. Stairs come second: that is where falls happen, and a warning after the "
            "last step is worth nothing. Walking on the level, sitting and standing are daily "
            "life; telling them apart may take the time of a round trip."),
        dtype="float32", shape=[9, 128],
        load=lambda options, scratch: data.uci_har(options.data, _HAR_VALIDATION_PEOPLE),
        simulated=False,
        little=lambda outputs: nets.little(1, 9, outputs, (12, 24, 32), (7, 5, 3), (2, 2, 2)),
        big=lambda outputs: nets.big(1, 9, outputs, (64, 7, 1, 2),
                                     ((64, 1), (96, 2), (128, 2)), dropout=0.3),
        little_schedule=Schedule(epochs=30, label_smoothing=0.02), big_schedule=Schedule(epochs=12),
        augment=_har_augment, distillation=0.5, per_channel=True,
        about_data=(
            "UCI HAR (Anguita et al., ESANN 2013): accelerometer and gyroscope at the waist, 50 Hz, "
            "windows of 128 samples with half of each shared with the next, 30 people. Channels: "
            "body acceleration x y z (g), angular rate x y z (rad/s), total acceleration x y z (g). "
            "The copy used holds 6,928 of the 7,352 official training windows and 2,776 of the "
            "2,947 official test windows; what is missing are first windows of a take."),
        about_split=(
            f"Validation: all windows of the training people {_HAR_VALIDATION_PEOPLE}, never single "
            "rows, because neighbouring windows overlap. Test: the official test people, who occur "
            "nowhere else. The validation people choose temperatures and thresholds; they are not "
            "trained on."),
        licence=(
            "The data's own terms ask for the citation above and prohibit commercial use; treat the "
            "trained files alike."),
        limits=(
            "Thirty people aged 19 to 48, one phone, one place on the body, scripted activities. "
            "Sitting against standing is the usual error: with a phone at the waist the two differ "
            "little. Nothing here is a fall detector."))


TASKS = {"har": har}
