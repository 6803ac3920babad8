"""Three designs of a little net, on the same layers: what its outputs mean and what it learns."""

from dataclasses import dataclass
from typing import Callable

import torch

import nets
from fit import one_hot

# How much the early exit counts beside the final one.
_EXIT_WEIGHT = 0.5


@dataclass(frozen=True)
class Design:
    name: str  # as task.yaml says it
    title: str
    outputs: Callable  # task -> labels in the order of the outputs
    has_exit: bool
    loss: Callable  # (task, truth, opinion) -> loss_of(outputs, index), see fit.py


def soft_cross_entropy(logits, targets, weights):
    return -((targets * torch.log_softmax(logits.float(), 1)).sum(1) * weights).mean()


def _mixed(task, hard, opinion):
    """Part the truth, part what the big net thinks. Source: Hinton, Vinyals, Dean, "Distilling the
    Knowledge in a Neural Network", 2015."""
    return (1 - task.distillation) * hard + task.distillation * opinion


def _group(task, outputs):
    """[labels, outputs]: 1 where the label is that output, or the output is `other` and no output
    names the label."""
    position = {label: i for i, label in enumerate(outputs)}
    last = len(outputs) - 1
    return torch.nn.functional.one_hot(
        torch.tensor([position.get(label, last) for label in task.labels]), len(outputs)).float()


def _subset_loss(task, truth, opinion):
    group = _group(task, SUBSET.outputs(task))
    smoothing = task.little_schedule.label_smoothing
    hard = group[truth] * (1 - smoothing) + smoothing / group.shape[1]
    targets = _mixed(task, hard, opinion @ group)
    weights = task.weights(truth)
    return lambda logits, index: soft_cross_entropy(logits, targets[index], weights[index])


def _detector_loss(task, truth, opinion):
    chosen = [task.labels.index(label) for label in DETECTORS.outputs(task)]
    targets = _mixed(task, one_hot(truth, len(task.labels))[:, chosen], opinion[:, chosen])

    weights = task.weights(truth)

    def loss(logits, index):
        return (weights[index] * torch.nn.functional.binary_cross_entropy_with_logits(
            logits.float(), targets[index], reduction="none").sum(1)).mean()

    return loss


def _exit_loss(task, truth, opinion):
    hard = one_hot(truth, len(task.labels), task.little_schedule.label_smoothing)
    targets = _mixed(task, hard, opinion)

    weights = task.weights(truth)

    def loss(outputs, index):
        early, final = (soft_cross_entropy(logits, targets[index], weights[index])
                        for logits in outputs)
        return final + _EXIT_WEIGHT * early

    return loss


def _prioritised(task):
    return [label for label in task.labels if label in task.priority]


SUBSET = Design("subset", "prioritised subset and other",
                lambda task: _prioritised(task) + ["other"], False, _subset_loss)
DETECTORS = Design("detectors", "one detector a prioritised class", _prioritised, False,
                   _detector_loss)
EARLY_EXIT = Design("early_exit", "all classes with an early exit", lambda task: list(task.labels),
                    True, _exit_loss)
DESIGNS = (SUBSET, DETECTORS, EARLY_EXIT)


def make_little(task, design, scale):
    rank = len(task.shape) - 1 if task.net_rank is None else task.net_rank
    inputs = task.shape[0] if task.net_inputs is None else task.net_inputs
    return nets.Little(rank, inputs, len(design.outputs(task)), task.layers,
                       task.exit_after if design.has_exit else 0,
                       task.before_little(scale) if task.before_little else None)
