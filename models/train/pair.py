"""The two nets of a task, trained one after the other: the little one learns from the big one."""

import numpy as np
import torch

import nets
from fit import fit, logits_of, one_hot


def little_classes(task, truth):
    """Positions in the little net's outputs."""
    position = [task.little_outputs.index(label if label in task.priority else "other")
                for label in task.labels]
    return np.asarray(position)[truth]


def train_big(task, windows, truth, scale, seed, name):
    schedule = task.big_schedule
    targets = one_hot(truth, len(task.labels), schedule.label_smoothing)
    members = []
    for member in range(task.committee):
        torch.manual_seed(seed + 1000 * member)
        which = f" {member + 1} of {task.committee}" if task.committee > 1 else ""
        members.append(fit(task.big(len(task.labels)), windows, targets, schedule, scale,
                           task.augment, seed + 1000 * member, f"{name}big{which}"))
    return members[0] if task.committee == 1 else nets.Committee(members).eval()


def train_both(task, windows, truth, scale, seed, name=""):
    """Returns {"little": net, "big": net}, the same for the same arguments."""
    big = train_big(task, windows, truth, scale, seed, name)

    # What the big net thinks, added up to the little net's outputs. Source: Hinton, Vinyals, Dean,
    # "Distilling the Knowledge in a Neural Network", 2015.
    opinion = torch.softmax(torch.from_numpy(logits_of(big, windows, scale)), 1)
    position = torch.from_numpy(little_classes(task, np.arange(len(task.labels))))
    outputs = len(task.little_outputs)
    opinion = torch.zeros(len(windows), outputs).index_add_(1, position, opinion)
    schedule = task.little_schedule
    hard = one_hot(little_classes(task, truth), outputs, schedule.label_smoothing)
    targets = task.distillation * opinion + (1 - task.distillation) * hard
    torch.manual_seed(seed + 1)
    little = fit(task.little(outputs), windows, targets, schedule, scale, task.augment, seed + 1,
                 f"{name}little")
    return {"little": little, "big": big}


def cross_validate(task, windows, split, scale, folds, seed):
    """Logits for every reading from nets that were trained without its group."""
    groups = np.random.default_rng(seed).permutation(np.unique(split.group))
    logits = {"little": np.zeros((len(split), len(task.little_outputs)), np.float32),
              "big": np.zeros((len(split), len(task.labels)), np.float32)}
    for fold in range(folds):
        held = np.isin(split.group, groups[fold::folds])
        trained = train_both(task, windows[~held], split.truth[~held], scale, seed,
                             f"fold {fold + 1} of {folds}, ")
        for name, net in trained.items():
            logits[name][held] = logits_of(net, windows[held], scale)
    return logits
