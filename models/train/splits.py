"""Who learns, who chooses, who is only reported: training, validation and test part of a user's own data.
Groups (people, machines, days) stay whole, and every class is in every part, or the split is refused."""

import numpy as np

from bad_input import BadInput

TRAIN, VALIDATION, TEST = 0, 1, 2
PARTS = ("training", "validation", "test")
_SHARE = 5  # one of so many groups or rows for the validation part, and for the test part
_DRAWS = 4000
_MOST_COMPARED = 8192  # samples of a window


def _refuse(label, have, need, unit, mend):
    raise BadInput(f"class '{label}' has {have} {unit}; {need} are the least, so that it is in {mend}")


def _wanted(has_test):
    return (TRAIN, VALIDATION) if has_test else (TRAIN, VALIDATION, TEST)


def by_rows(truth, labels, seed, has_test):
    """A fifth of each class's rows for each part that is held back, drawn by the seed."""
    random = np.random.default_rng(seed)
    part = np.full(len(truth), TRAIN)
    wanted = _wanted(has_test)
    for number, label in enumerate(labels):
        rows = random.permutation(np.flatnonzero(truth == number))
        if len(rows) < len(wanted):
            _refuse(label, len(rows), len(wanted), "windows",
                    f"{_and(wanted)}: record more of it, or take it out of labels.txt and the data")
        part[rows[0::_SHARE]] = VALIDATION
        if not has_test:
            part[rows[1::_SHARE]] = TEST
    return part


def _and(parts):
    words = [PARTS[part] for part in parts]
    return " and ".join(words) if len(words) == 2 else ", ".join(words[:-1]) + " and " + words[-1]


def by_groups(truth, groups, labels, seed, has_test):
    """A fifth of the groups for each part that is held back. Of many draws the one in which every class is
    in every part, and in shares nearest to a fifth."""
    wanted = _wanted(has_test)
    names, place = np.unique(groups, return_inverse=True)
    counts = np.zeros((len(names), len(labels)))
    np.add.at(counts, (place, truth), 1)
    for number, label in enumerate(labels):
        have = int((counts[:, number] > 0).sum())
        if have < len(wanted):
            _refuse(label, have, len(wanted), "of the groups in groups.npy",
                    f"{_and(wanted)}: record it with more persons, machines or days, or take it out; "
                    "without groups.npy the figures would be too good")
    held = max(1, round(len(names) / _SHARE))
    random = np.random.default_rng(seed)
    best, best_score = None, None
    for _ in range(_DRAWS):
        order = random.permutation(len(names))
        part = np.full(len(names), TRAIN)
        part[order[:held]] = VALIDATION
        if not has_test:
            part[order[held:2 * held]] = TEST
        shares = [counts[part == p].sum(0) / np.maximum(counts.sum(0), 1) for p in wanted]
        absent = sum(int((share == 0).sum()) for share in shares)
        score = (absent, sum(np.abs(share - 1 / _SHARE).sum() for share in shares[1:]))
        if best is None or score < best_score:
            best, best_score = part, score
    if best_score[0]:
        share = {p: counts[best == p].sum(0) for p in wanted}
        lacking = next((label, PARTS[p]) for p in wanted for number, label in enumerate(labels)
                       if share[p][number] == 0)
        raise BadInput(f"no split of the {len(names)} groups has every class in every part: '{lacking[0]}' would "
                       f"be missing from the {lacking[1]} part; record it with more persons, machines or days, "
                       "or bring a test part of your own, X_test.npy and y_test.npy")
    return best[place]


def _outline(windows, rows):
    """What neighbouring windows are compared by: the logarithm of 32 bands of their spectrum, or what there
    is of numbers."""
    # The first second or so of what is long: enough to tell, and no more memory than there is.
    values = np.stack([np.asarray(windows[row][..., :_MOST_COMPARED], np.float32) for row in rows])
    values = values.reshape(len(rows), -1)
    if windows.ndim == 3 and windows.shape[-1] >= 64:
        spectrum = np.abs(np.fft.rfft(values.reshape(len(rows), windows.shape[1], -1))) ** 2
        values = np.log(np.stack([band.sum(-1) for band in
                                  np.array_split(spectrum[..., 1:], 32, -1)], -1) + 1e-12).reshape(len(rows), -1)
    return (values - values.mean(0)) / (values.std(0) + 1e-9)


def neighbours_alike(windows, truth, most=600):
    """How much nearer a window is to the next one than to others of its class, 1: no nearer; None where too
    few can be compared. Windows of one recording are about twice as near."""
    rows = np.flatnonzero(truth[1:] == truth[:-1])
    if len(rows) < 30:
        return None
    rows = rows[:: max(1, len(rows) // most)]
    here, there = _outline(windows, np.concatenate([rows, rows + 1])).reshape(2, len(rows), -1)
    near = np.median(np.square(here - there).mean(1))
    others = []
    random = np.random.default_rng(1)
    for number in np.unique(truth):
        own = np.flatnonzero(truth[rows] == number)
        if len(own) > 3:
            others.append(np.square(here[own] - here[random.permutation(own)]).mean(1))
    far = np.median(np.concatenate(others)) if others else 0.0
    return float(far / near) if near > 0 else float("inf") if far > 0 else None
