"""The tasks: what is told apart, what is urgent, which nets, and how they are trained."""

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
    augment: Callable  # (batch, generator) -> batch, float32 in sensor units
    # Share of the big net's opinion in the little net's targets; the rest is the truth.
    distillation: float
    committee: int  # how many nets make up the big one, see nets.Committee
    folds: int  # of the cross-validation, where there is no validation part; else 0
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

_HAR_FOLDS = 3


def _har_augment(batch, generator):
    """Other gains, and noise of a twentieth of what each sensor usually shows."""
    batch = batch * (1 + _normal((len(batch), 1, 1), generator, 0.05))
    usual = torch.tensor([0.13, 0.36, 0.4]).repeat_interleave(3)[:, None]  # g, rad/s, g
    return batch + _normal(batch.shape, generator, 0.05) * usual


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
        load=lambda options, scratch: data.uci_har(options.data),
        simulated=False,
        little=lambda outputs: nets.little(1, 9, outputs, (12, 24, 32), (7, 5, 3), (2, 2, 2)),
        big=lambda outputs: nets.big(1, 9, outputs, (64, 7, 1, 2),
                                     ((64, 1), (96, 2), (128, 2)), dropout=0.3),
        little_schedule=Schedule(epochs=30, label_smoothing=0.02),
        big_schedule=Schedule(epochs=8),
        augment=_har_augment, distillation=0.5, committee=3, folds=_HAR_FOLDS,
        per_channel=True,
        about_data=(
            "UCI HAR (Anguita et al., ESANN 2013): accelerometer and gyroscope at the waist, 50 Hz, "
            "windows of 128 samples with half of each shared with the next, 30 people. Channels: "
            "body acceleration x y z (g), angular rate x y z (rad/s), total acceleration x y z (g). "
            "The copy used holds 6,928 of the 7,352 official training windows and 2,776 of the "
            "2,947 official test windows; what is missing are first windows of a take."),
        about_split=(
            f"Validation: by person, never by row, because neighbouring windows overlap. With "
            f"21 training people none can be spared, so each of {_HAR_FOLDS} folds of them was "
            "answered by nets trained on the others; those answers chose temperatures and "
            "thresholds. The shipped nets are trained on all 21. Test: the official test people, "
            "who occur nowhere else."),
        licence=(
            "The data's own terms ask for the citation above and prohibit commercial use; treat the "
            "trained files alike."),
        limits=(
            "Thirty people aged 19 to 48, one phone, one place on the body, scripted activities. "
            "Sitting against standing is the usual error: with a phone at the waist the two differ "
            "little. Nothing here is a fall detector."))


# --- Clothes -------------------------------------------------------------------------------------


def _clothes_augment(batch, generator):
    """Mirrored, moved by up to two pixels, and with a square left out that a net must not rely on.
    Source of the last: DeVries, Taylor, "Improved Regularization of Convolutional Neural Networks
    with Cutout", 2017."""
    count, _, size, _ = batch.shape
    flip = torch.rand(count, generator=generator) < 0.5
    batch = torch.where(flip[:, None, None, None], batch.flip(3), batch)
    padded = torch.nn.functional.pad(batch, (2, 2, 2, 2), value=0.0)
    move = torch.randint(0, 5, (2, count, 1), generator=generator)
    rows, columns = (torch.arange(size) + m for m in move)
    which = torch.arange(count)[:, None, None]
    batch = padded[which, 0, rows[:, :, None], columns[:, None, :]][:, None]
    centre = torch.randint(0, size, (2, count, 1), generator=generator)
    near = [(torch.arange(size) - c).abs() < 4 for c in centre]
    hidden = near[0][:, :, None] & near[1][:, None, :]
    return batch.masked_fill(hidden[:, None], 0.0)


def fashion_mnist():
    return Task(
        name="fashion-mnist",
        description="What piece of clothing a grey 28x28 image shows: Fashion-MNIST, ten classes",
        labels=["t_shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker",
                "bag", "ankle_boot"],
        priority=["trouser", "sandal", "sneaker", "bag", "ankle_boot"],
        why_priority=(
            "The camera is thought of as sitting over the belt of a returns centre, a hand's breadth "
            "before the first diverter. Shoes and bags are hard and would jam the folding machine "
            "behind it, and trousers need the long folding table: these five must be pushed off the "
            "belt before an answer could come back over a network that happens to be slow. T-shirts, "
            "pullovers, dresses, coats and shirts stay on the belt whatever they are, and are told "
            "apart further down; they are also the ones that a small net confuses."),
        dtype="uint8", shape=[1, 28, 28],
        load=lambda options, scratch: data.fashion_mnist(options.data, 6000, options.seed),
        simulated=False,
        little=lambda outputs: nets.little(2, 1, outputs, (8, 16, 24), (5, 3, 3), (2, 1, 2)),
        big=lambda outputs: nets.big(2, 1, outputs, (32, 3, 1, 2),
                                     ((48, 1), (96, 2), (128, 2)), dropout=0.1),
        little_schedule=Schedule(epochs=15, label_smoothing=0.02),
        big_schedule=Schedule(epochs=20),
        augment=_clothes_augment, distillation=0.5, committee=1, folds=0,
        per_channel=True,
        about_data=(
            "Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv:1708.07747, 2017): 60,000 training and "
            "10,000 test images of articles of Zalando, grey, 28x28, uint8, ten classes of equal "
            "size."),
        about_split=(
            "Validation: 6,000 images drawn from the training images by the seed; they choose "
            "temperatures and thresholds and are not trained on. Test: the official test images."),
        licence="MIT, Copyright (c) 2017 Zalando SE.",
        limits=(
            "Studio pictures, centred, on black. Nothing is known about other cameras, and an object "
            "that is no clothing gets one of the ten labels all the same. Shirts against t-shirts, "
            "pullovers and coats are the usual errors; people reach about 83.5 % on all ten "
            "(data set's README)."))


# --- Vibration -----------------------------------------------------------------------------------

_VIBRATION_READINGS = {"train": 24000, "validation": 8000, "test": 8000}
# Far from the small seeds that fleets are given.
_VIBRATION_SEEDS = {"train": 910001, "validation": 910002, "test": 910003}


def _vibration_augment(batch, generator):
    """Half of the readings with the sign turned: a sensor mounted the other way round."""
    sign = torch.randint(0, 2, (len(batch), 1, 1), generator=generator) * 2.0 - 1
    return batch * sign


def vibration():
    return Task(
        name="vibration",
        description="State of a rotating machine, from a simulated accelerometer on its bearing",
        labels=["healthy", "imbalance_mild", "imbalance_severe", "misalignment_mild",
                "misalignment_severe", "outer_race_mild", "outer_race_severe", "inner_race_mild",
                "inner_race_severe", "ball_mild", "ball_severe"],
        priority=["healthy", "imbalance_severe", "outer_race_severe", "inner_race_severe",
                  "ball_severe"],
        why_priority=(
            "What must stop the machine at once: a severe fault of outer race, inner race or ball, "
            "before the bearing seizes, and a severe imbalance, before the rotor touches its "
            "housing. And healthy, because that is the answer most of the time and a device that "
            "knows it need not ask. Mild faults and misalignment are work for the next maintenance: "
            "which of them it is may take the time of a round trip."),
        dtype="float32", shape=[3, 1024],
        load=lambda options, scratch: data.vibration(
            options.simulate, options.data or scratch, _VIBRATION_READINGS, _VIBRATION_SEEDS),
        simulated=True,
        little=lambda outputs: nets.little(1, 3, outputs, (8, 16, 24), (9, 5, 5), (4, 4, 2)),
        big=lambda outputs: nets.big(1, 3, outputs, (32, 15, 2, 4),
                                     ((48, 1), (64, 2), (96, 2)), dropout=0.1, kernel=5),
        little_schedule=Schedule(epochs=20, label_smoothing=0.02),
        big_schedule=Schedule(epochs=14),
        augment=_vibration_augment, distillation=0.5, committee=1, folds=0,
        per_channel=True,
        about_data=(
            "Simulated (`biglittle simulate --task vibration`): a three-axis accelerometer (g; "
            "horizontal, vertical, axial) on a bearing of type 6205, 6400 samples a second, windows "
            "of 1024 samples, 160 ms, four to five turns of the shaft. Rates of the faults, their "
            "modulation by the load zone, slip and ringing follow the published models named in "
            "device_agent/sources/vibration_simulator.h; the amplitudes are invented. Each reading "
            "is another machine: speed, load, noise, sensor gain, resonances, and at times a knock "
            "from the surroundings are drawn anew. Healthy occurs in 40 % of the readings, each of "
            "the ten faults in 6 %."),
        about_split=(
            "Three runs of the simulator with seeds "
            + ", ".join(f"{seed} ({part})" for part, seed in _VIBRATION_SEEDS.items())
            + "; they share nothing."),
        licence="made by this repository's own program; the repository's licence applies.",
        limits=(
            "The nets know the simulator and nothing else. Its classes have sharp definitions, one "
            "fault at a time, one bearing type, one nominal speed and stationary conditions; no "
            "statement about a real machine follows from these figures. Severity is a range of "
            "amplitudes seen through load, gain and mounting, so that mild and severe overlap a "
            "little on purpose: no net can reach 100 %."))


TASKS = {"har": har, "fashion-mnist": fashion_mnist, "vibration": vibration}
