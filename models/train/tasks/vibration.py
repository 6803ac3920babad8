"""Vibration of a machine, simulated."""

import augment
import data
import nets
from fit import Schedule
from nets import Layer
from tasks.task import Task

_READINGS = {"train": 72000, "validation": 8000, "test": 8000}
# Far from the small seeds that fleets are given.
_SEEDS = {"train": 910001, "validation": 910002, "test": 910003}


def task():
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
        dtype="float32", shape=[3, 1024], wire_dtype="float16",
        load=lambda options, scratch: data.vibration(options.program, scratch, _READINGS, _SEEDS),
        validation={"simulated_seed": _SEEDS["validation"], "readings": _READINGS["validation"]},
        big=lambda outputs, scale: nets.residual(1, 3, outputs, (32, 15, 2, 4),
                                          ((48, 1), (64, 2), (96, 2)), kernel=5),
        big_schedule=Schedule(epochs=14, batch=256, learning_rate=3e-3, bfloat16=True),
        layers=(Layer(8, kernel=9, stride=4, pool=4), Layer(16, kernel=5), Layer(24, kernel=5),
                Layer(32, kernel=5, stride=2)),
        exit_after=2,
        little_schedule=Schedule(epochs=16, batch=256, learning_rate=6e-3, label_smoothing=0.0,
                                 bfloat16=True),
        augment=augment.turned_sign,
        objective=("--max-escalation", "0.14"),
        # A machine that goes on with a severe fault costs more than one that is stopped for a mild.
        importance={"imbalance_severe": 5.0, "outer_race_severe": 5.0, "inner_race_severe": 5.0,
                    "ball_severe": 5.0},
        about_data=(
            "Simulated (`biglittle simulate --task vibration`): a three-axis accelerometer (g; "
            "horizontal, vertical, axial) on a bearing of type 6205, 6400 samples a second, windows "
            "of 1024 samples, 160 ms, four to five turns of the shaft. Rates of the faults, their "
            "modulation by the load zone, slip and ringing follow the published models named in "
            "device_agent/sources/vibration/vibration_simulator.h; the amplitudes are invented. Each reading "
            "is another machine: speed, load, noise, sensor gain, resonances, and at times a knock "
            "from the surroundings are drawn anew. Healthy occurs in 40 % of the readings, each of "
            "the ten faults in 6 %."),
        about_split=(
            "Three runs of the simulator with seeds "
            + ", ".join(f"{seed} ({part})" for part, seed in _SEEDS.items())
            + "; they share nothing."),
        licence="made by this repository's own program; the repository's licence applies.",
        limits=(
            "The nets know the simulator and nothing else. Its classes have sharp definitions, one "
            "fault at a time, one bearing type, one nominal speed and stationary conditions; no "
            "statement about a real machine follows from these figures. Severity is a range of "
            "amplitudes seen through load, gain and mounting, so that mild and severe overlap a "
            "little on purpose: no net can reach 100 %."))
