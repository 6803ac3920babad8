"""What a task says about itself."""

from dataclasses import dataclass, field
from typing import Callable

import numpy as np
import torch

from fit import Schedule


@dataclass
class Task:
    name: str
    description: str
    labels: list
    priority: list  # labels that the device answers by itself before all others
    why_priority: str
    dtype: str
    shape: list
    load: Callable  # (options, scratch folder) -> data.Data
    validation: dict  # which readings tune takes, as task.yaml says it; empty: only written ones
    big: Callable  # (outputs, fit.Scale) -> net
    big_schedule: Schedule
    layers: tuple  # nets.Layer each: the little net's
    exit_after: int  # layers in front of the early exit
    little_schedule: Schedule
    augment: Callable  # (batch, generator) -> batch, float32 in sensor units
    objective: tuple  # what `biglittle tune` is asked for
    about_data: str
    about_split: str
    licence: str
    limits: str
    # What dtype becomes on the network: "float16", where `biglittle evaluate` says that it changes
    # no answers; None: nothing else.
    wire_dtype: str = None
    # What a stream goes through before it is cut, and its rate, in the words of task.yaml's `input`.
    input_settings: dict = field(default_factory=dict)
    # Share of the big net's opinion in the little net's targets; the rest is the truth. The
    # opinion is softened by this temperature.
    distillation: float = 0.5
    opinion_temperature: float = 2.0
    little_augment: Callable = None  # of the little net; None: `augment`
    # Where the nets are more than what fit.fit trains; None: they are not.
    before_little: Callable = None  # (fit.Scale) -> `before` of nets.Little
    finish_little: Callable = None  # (trained net with an exit, data.Split, fit.Scale) -> little net
    finish_big: Callable = None  # (trained net, data.Split, fit.Scale) -> the big net
    # How much more a reading of a class counts in training than others: the nets then name it
    # where they are less sure of it. Classes left out count 1.
    importance: dict = field(default_factory=dict)
    # What the windows are of ("sound", "motion"), where features are to be chosen, and how that is known.
    kind: str = None
    kind_words: str = ""
    # Of what the nets get: dimensions behind the channels (0: a vector), channels; None: the windows'.
    net_rank: int = None
    net_inputs: int = None
    # What the nets are behind, one of frontends.CHOICES; None: nothing, or for your own task what does best.
    features: str = None
    # (the folder's name below --work, (options) -> windows, truth, groups): what --prepare writes besides, as a
    # folder of your own task, to be trained on with whole groups held out.
    by_groups: tuple = None
    committee: int = 1  # how many nets make up the big one, see nets.Committee
    # The little net may cost this share of the big one's multiply-adds, and as many bytes.
    budget_share: float = 1 / 20
    budget_bytes: int = 200_000

    def weights(self, truth):
        """Of readings of these classes, float32, 1 on average."""
        each = np.array([self.importance.get(label, 1.0) for label in self.labels], np.float32)
        chosen = torch.from_numpy(each[np.asarray(truth)])
        return chosen / chosen.mean()


def rows_of(every):
    return (f"Validation: every {every}th row of the training data; it chooses temperatures and "
            "thresholds and is never trained on.")
