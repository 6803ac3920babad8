"""Human activity."""

import torch

import augment
import data
import motion
import nets
from fit import Schedule
from nets import Layer
from tasks.task import Task

_HELD = data.Held(groups="subject_train", values=(7, 16, 23, 29))
# A twentieth of what each sensor usually shows: g, rad/s, g.
_NOISE = [0.0065] * 3 + [0.018] * 3 + [0.02] * 3
# Moving and at rest; the weights of the discriminant's scores and the convolutions' within each.
# Chosen by cross-validation over the people of the training part.
_FAMILIES = ((0, 1, 2), (3, 4, 5))
_WEIGHTS = ((0.1, 1.5), (0.5, 0.15))


def _augment(batch, generator):
    batch = augment.gains_and_noise(batch, generator, 0.05, _NOISE)
    return augment.turned(batch, generator, 0.14)


def _convolutions(outputs, scale):
    frame = motion.Frame(scale)
    return torch.nn.Sequential(frame, nets.residual(
        1, frame.outputs, outputs, (64, 7, 1, 2), ((64, 1), (96, 2), (128, 2)), dropout=0.3))


def _panel(net, split, scale):
    return motion.panel(split, scale, net, _FAMILIES, _WEIGHTS)


def task():
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
        dtype="float32", shape=[9, 128], wire_dtype="float16",
        load=lambda options, scratch: data.uci_har(options.data, _HELD),
        validation=_HELD.described(),
        big=_convolutions, finish_big=_panel, big_schedule=Schedule(epochs=5),
        before_little=motion.Frame, finish_little=_panel,
        layers=(Layer(12, kernel=7, stride=2), Layer(24, kernel=5, stride=2),
                Layer(32, stride=2)),
        exit_after=2,
        little_schedule=Schedule(epochs=15, label_smoothing=0.02),
        augment=_augment,
        committee=2,
        objective=("--max-escalation", "0.11"),
        about_data=(
            "UCI HAR (Anguita et al., ESANN 2013): accelerometer and gyroscope at the waist, 50 Hz, "
            "windows of 128 samples with half of each shared with the next, 30 people. Channels: "
            "body acceleration x y z (g), angular rate x y z (rad/s), total acceleration x y z (g). "
            "The copy used holds 6,928 of the 7,352 official training windows and 2,776 of the "
            "2,947 official test windows; what is missing are first windows of a take."),
        about_split=(
            "Validation: by person, never by row, because neighbouring windows overlap: persons "
            f"{', '.join(map(str, _HELD.values))} of the 21 training people choose temperatures and "
            "thresholds and are never trained on. Test: the official test people, who occur nowhere "
            "else."),
        licence=(
            "the data's own terms ask for the citation above and prohibit commercial use; treat the "
            "trained files alike."),
        limits=(
            "Thirty people aged 19 to 48, one phone, one place on the body, scripted activities. "
            "Sitting against standing is the usual error: with a phone at the waist the two differ "
            "little. Nothing here is a fall detector. Statistics and discriminants are in the design "
            "with the early exit only, the other two designs are convolutions alone. Multiply-adds "
            "flatter the little net: what the statistics take beside them makes its time about 2/7 of "
            "the big net's. Both nets share the discriminants, so that asking seldom helps. Their "
            "outputs are normalised already: there is no energy to tell unlike readings by."))
