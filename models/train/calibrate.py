"""What turns logits into decisions: temperature, thresholds, and the figures of the cascade."""

import math

import numpy as np

# No threshold is lower: below one half the net itself holds its answer for more likely wrong.
LEAST = 0.5
# The share of the locally answered readings that it may cost to answer them locally.
MAY_COST = 0.005


def softmax(logits, temperature=1.0):
    scaled = logits.astype(np.float64) / temperature
    scaled = np.exp(scaled - scaled.max(1, keepdims=True))
    return scaled / scaled.sum(1, keepdims=True)


def negative_log_likelihood(logits, truth, temperature):
    chosen = softmax(logits, temperature)[np.arange(len(truth)), truth]
    return -np.log(np.maximum(chosen, 1e-300)).mean()


def expected_calibration_error(probabilities, truth, bins=15):
    """Source: Guo et al., "On Calibration of Modern Neural Networks", 2017, section 2."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(right[which == b].sum() - confidence[which == b].sum()) for b in range(bins)]
    return sum(gaps) / len(truth)


def fit_temperature(logits, truth):
    """The temperature of least negative log-likelihood, by golden section on its logarithm."""
    low, high, ratio = math.log(0.2), math.log(5.0), (math.sqrt(5) - 1) / 2

    def loss(x):
        return negative_log_likelihood(logits, truth, math.exp(x))

    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if loss(left) < loss(right) else (left, high)
    return round(math.exp((low + high) / 2), 4)


def choose_temperature(logits, truth, group):
    """Fits on one half of the groups and looks at the other: where scaling raises the calibration
    error there, the temperature stays 1. A kept temperature is fitted again on all of them."""
    held = np.isin(group, np.unique(group)[1::2])
    fitted = fit_temperature(logits[~held], truth[~held])
    before = expected_calibration_error(softmax(logits[held]), truth[held])
    after = expected_calibration_error(softmax(logits[held], fitted), truth[held])
    return fit_temperature(logits, truth) if after < before else 1.0


def choose_threshold(confidence, little_right, big_right):
    """The smallest confidence, of LEAST and those seen, such that the big net would be right on at
    most MAY_COST more of the readings at or above it; 1 where there is none. Rounded up to 4
    digits. Like is compared with like: the readings that a little net is sure of are easy for the
    big one too, so that a fixed precision would ask too little or too much of it."""
    for candidate in [LEAST, *np.sort(confidence[confidence > LEAST])]:
        candidate = min(1.0, math.ceil(candidate * 1e4) / 1e4)
        kept = confidence >= candidate
        if kept.any() and big_right[kept].mean() - little_right[kept].mean() <= MAY_COST:
            return candidate
    return 1.0


def choose_thresholds(probabilities, big_right, truth, outputs):
    """One threshold for each prioritised class; `outputs` are class indices, the last one -1."""
    answer, confidence = np.asarray(outputs)[probabilities.argmax(1)], probabilities.max(1)
    thresholds = {}
    for c in outputs[:-1]:
        named = answer == c
        thresholds[c] = choose_threshold(confidence[named], truth[named] == c, big_right[named])
    return thresholds


def grouped(classes, priority):
    """Classes as the little net sees them: a prioritised class, or -1 for every other one."""
    return np.where(np.isin(classes, priority), classes, -1)


def cascade_figures(little, big, truth, outputs, thresholds):
    """little, big: calibrated probabilities of the same readings. `outputs`: class index of each
    output of the little net. The rule: the little net answers if it names a prioritised class with
    at least that class's threshold; else the big one does."""
    priority = [c for c in outputs if c >= 0]
    little_says = np.asarray(outputs)[little.argmax(1)]
    needed = np.array([thresholds.get(c, 2.0) for c in little_says])
    local = little.max(1) >= needed
    big_says = big.argmax(1)
    final = np.where(local, little_says, big_says)
    important = np.isin(truth, priority)
    truth_grouped = grouped(truth, priority)

    def share(values):
        return round(float(np.mean(values)), 4) if len(values) else 0.0

    return {
        "readings": int(len(truth)),
        "little_accuracy_all_classes": share(little_says == truth),
        "little_accuracy_grouped": share(little_says == truth_grouped),
        "big_accuracy": share(big_says == truth),
        "big_accuracy_grouped": share(grouped(big_says, priority) == truth_grouped),
        "cascade_accuracy": share(final == truth),
        "cascade_accuracy_grouped": share(grouped(final, priority) == truth_grouped),
        "escalation_rate": share(~local),
        "local_precision": share((final == truth)[local]),
        "big_precision_on_the_same": share((big_says == truth)[local]),
        "priority_share": share(important),
        "priority_answered_locally": share(local[important]),
        "priority_recall": share((final == truth)[important]),
        "priority_recall_little": share((little_says == truth)[important]),
        "priority_recall_big": share((big_says == truth)[important]),
    }
