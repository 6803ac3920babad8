"""What a little net may cost, by device, and how large it is in the words of MLPerf Tiny.

The devices' budgets are ours: a reading in some 10 ms, by what docs/performance.md computes that cifar-10's 14.4
million multiply-adds take there; bytes are what a small flash and a slow link bear."""

import re
from dataclasses import dataclass, replace

from bad_input import BadInput


@dataclass(frozen=True)
class Budget:
    multiply_adds: int
    bytes: int

    def holds(self, files):
        return files["multiply_adds"] <= self.multiply_adds and files["bytes"] <= self.bytes


DEVICES = {
    "edison": Budget(3_800_000, 200_000),
    "pi-zero": Budget(20_000_000, 300_000),  # Zero 2 W: the first Zero cannot run any of it
    "pi-3": Budget(24_000_000, 500_000),
    "pi-4": Budget(70_000_000, 1_000_000),
    "pi-5": Budget(130_000_000, 2_000_000),
    "pc": Budget(500_000_000, 4_000_000),
}

# MLPerf Tiny's four reference nets, the least first: multiply-adds, parameters. Source: Banbury et al., "MLPerf
# Tiny Benchmark", 2021, and its repository.
_CLASSES = (
    ("anomaly detection (autoencoder)", 264_000, 270_000),
    ("keyword spotting (DS-CNN)", 2_700_000, 25_000),
    ("visual wake words (MobileNetV1 0.25)", 7_500_000, 221_000),
    ("image classification (ResNet-8)", 12_500_000, 79_000),
)


def parse(text):
    """A device's name, or multiply-adds and bytes: "5000000,200000"."""
    if text in DEVICES:
        return DEVICES[text]
    found = re.fullmatch(r"([0-9]{1,12}),([0-9]{1,12})", text)
    if not found or int(found[1]) < 1 or int(found[2]) < 1:
        raise BadInput(f"--device {text} is none of {', '.join(DEVICES)}, nor multiply-adds and bytes like "
                       "5000000,200000")
    return Budget(int(found[1]), int(found[2]))


def tiny_class(multiply_adds, parameters):
    """The smallest of MLPerf Tiny's nets that costs as much in both, in words."""
    within = [name for name, most, weights in _CLASSES if multiply_adds <= most and parameters <= weights]
    return f"within MLPerf Tiny's {within[0]}" if within else "larger than MLPerf Tiny's nets"


# Widths that are tried, the widest first.
_SCALES = (2.0, 1.5, 1.25, 1.0, 0.75, 0.5, 0.375, 0.25, 0.125)


def fit_layers(layers, budget, cost_of):
    """The widest of these layers that fit into the budget. cost_of(layers) -> {"multiply_adds", "bytes"}."""
    for scale in _SCALES:
        scaled = tuple(replace(layer, width=max(4, round(layer.width * scale / 4) * 4)) for layer in layers)
        if budget.holds(cost_of(scaled)):
            return scaled
    least = cost_of(scaled)
    raise BadInput(f"no little net of this kind costs at most {budget.multiply_adds:,} multiply-adds and "
                   f"{budget.bytes:,} bytes; the smallest takes {least['multiply_adds']:,} and {least['bytes']:,}: "
                   "cut shorter windows, or choose other --features")
