"""What training must not do: splits, warnings, baselines, early endings, by themselves. Argument: the source
tree."""

import pathlib
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(sys.argv[1]) / "models/train"))

import torch  # noqa: E402

import baseline  # noqa: E402
import budgets  # noqa: E402
import fit  # noqa: E402
import frontends  # noqa: E402
import nets  # noqa: E402
import options  # noqa: E402
import splits  # noqa: E402
import ways  # noqa: E402
from bad_input import BadInput  # noqa: E402

RANDOM = np.random.default_rng(1)


def check(holds, what):
    if not holds:
        sys.exit(f"rules_test.py: {what}")


def refused(words, call, *arguments):
    try:
        call(*arguments)
    except BadInput as error:
        check(words in str(error), f"'{error}' does not say '{words}'")
        return
    sys.exit(f"rules_test.py: not refused: {words}")


def every_class_in_every_part():
    truth = np.repeat([0, 1, 2], [300, 40, 3])
    part = splits.by_rows(truth, ["a", "b", "rare"], 1, False)
    for label in range(3):
        check(set(part[truth == label]) == {0, 1, 2}, f"class {label} is not in every part")
    check((part == splits.TEST).sum() in range(60, 80), "the test part is no fifth")
    refused("class 'rare' has 2 windows; 3 are the least", splits.by_rows, np.repeat([0, 1], [30, 2]),
            ["a", "rare"], 1, False)
    check(set(splits.by_rows(np.repeat([0, 1], [30, 2]), ["a", "rare"], 1, True)) == {0, 1},
          "a test part was drawn beside one that is there")


def groups_and_classes_together():
    # Ten persons; the second class is known of three of them only: most draws would lose it.
    groups = np.repeat(np.arange(10), 30)
    truth = np.zeros(300, int)
    for person in (1, 4, 8):
        truth[groups == person] = np.arange(30) % 2
    for seed in range(5):
        part = splits.by_groups(truth, groups, ["idle", "fall"], seed, False)
        check(all(len(set(part[groups == person])) == 1 for person in range(10)), "a person is on two sides")
        for p in range(3):
            check((truth[part == p] == 1).any(), f"'fall' is not in the {splits.PARTS[p]} part, seed {seed}")
    truth[groups == 8] = 0
    refused("class 'fall' has 2 of the groups", splits.by_groups, truth, groups, ["idle", "fall"], 1, False)
    # Three groups a class, but never enough for all at once.
    refused("no split of the 4 groups has every class in every part", splits.by_groups,
            np.array([0, 1, 0, 2, 1, 2, 0, 1, 2, 3, 3, 3]), np.array([0, 0, 1, 1, 2, 2, 3, 3, 3, 0, 1, 2]),
            ["a", "b", "c", "d"], 1, False)


def windows_of_one_recording_are_noticed():
    def windows(recordings, each, own):
        shapes = RANDOM.normal(0, 1, (recordings, 40))
        rows = np.repeat(shapes, each, 0) * own + RANDOM.normal(0, 1, (recordings * each, 40))
        return rows.astype(np.float32), np.repeat(np.arange(recordings) % 2, each)

    alike = splits.neighbours_alike(*windows(12, 30, 2.0))
    check(alike > 2, f"windows of one recording are {alike} times nearer")
    strangers = splits.neighbours_alike(*windows(400, 2, 0.0))
    check(strangers < 1.3, f"windows that have nothing in common are {strangers} times nearer")
    check(splits.neighbours_alike(*windows(2, 5, 1.0)) is None, "few windows tell nothing")


def the_baseline_learns_what_is_linear():
    rows = RANDOM.normal(0, 1, (600, 20)).astype(np.float32)
    truth = (rows @ RANDOM.normal(0, 1, (20, 3))).argmax(1)
    ridge = baseline.Ridge(rows[:400], truth[:400], rows[400:500], truth[400:500], 3)
    check(ridge.accuracy(rows[500:], truth[500:]) > 0.85, "it did not learn a linear rule")
    chance = RANDOM.permutation(truth)
    ridge = baseline.Ridge(rows[:400], chance[:400], rows[400:500], chance[400:500], 3)
    check(ridge.accuracy(rows[500:], chance[500:]) < 0.55, "it learned labels that mean nothing")
    maps = baseline.describe(RANDOM.normal(0, 1, (5, 2, 40, 60)))
    check(maps.shape == (5, 240), f"a map is described by {maps.shape}")


def steps_not_epochs():
    schedule = fit.Schedule(epochs=15, batch=32, steps=600)
    check(fit.epochs_of(schedule, 240) == 75, "240 readings get as many steps as were asked for")
    check(fit.epochs_of(schedule, 32 * 700) == 1, "an epoch at least")
    check(fit.epochs_of(fit.Schedule(epochs=15), 240) == 15, "epochs where no steps are named")


def an_early_end_keeps_the_best(folder):
    """Scores that rise to the eighth look and fall from there on."""
    windows = torch.randn(64, 4)
    seen = []

    def score_of(net):
        seen.append(net.weight.detach().clone())
        return -abs(len(seen) - 8)

    told = []
    schedule = fit.Schedule(epochs=1, batch=32, steps=200)
    arguments = (lambda: torch.nn.Linear(4, 2), windows, lambda out, index: (out ** 2).mean(), schedule,
                 fit.Unchanged(), lambda batch, generator: batch, 1, "test", folder / "test.pt")
    net = fit.fit(*arguments, score_of=score_of, say=lambda *what: told.append(what))
    check(len(seen) == 14, f"it looked {len(seen)} times; six without a gain after the eighth are enough")
    check(torch.equal(net.weight, seen[7]), "not the best net of the way is returned")
    check(told and told[0][1] == 200 and told[0][2] > 0, f"what is left was not told: {told}")
    again = fit.fit(*arguments, score_of=score_of)
    check(len(seen) == 14 and torch.equal(again.weight, net.weight), "a training that has ended began anew")


def kinds_are_told():
    for shape, dtype, rate, kind in (([128], "float32", None, "vector"), ([128, 1], "float32", 10, "vector"),
                                     ([1, 16000], "int16", 16000, "sound"), ([3, 1024], "float32", 6400, "vibration"),
                                     ([9, 128], "float32", 50, "motion"), ([3, 32, 32], "uint8", None, "image"),
                                     ([1, 64], "float32", None, "signal")):
        found = frontends.kind_of(shape, dtype, rate)[0]
        check(found == kind, f"{shape} {dtype} at {rate} Hz is {found}, not {kind}")
    refused("needs the rate", frontends.make, "log-mel", np.zeros((2, 1, 4000), np.int16), None)
    refused("is of windows", frontends.make, "spectrum", np.zeros((2, 12), np.float32), None)
    short = np.zeros((2, 2, 64), np.float32)
    check(frontends.fitting("motion", short, 50) == ["raw", "spectral"], "maps of nothing are tried")
    refused("are the least: cut longer windows", frontends.make, "spectrogram", short, 50)
    five_seconds = np.zeros((2, 1, 80000), np.int16)
    check(frontends.fitting("sound", five_seconds, 16000) == ["log-mel", "mfcc"], "raw clips of 5 s are tried")
    front = frontends.make("log-mel", five_seconds, 16000)
    shape = frontends.compute(front.module, five_seconds).shape
    check(shape[1] == 1 and shape[2] == 64 and 100 <= shape[3] <= 160, f"a clip of 5 s is a map {tuple(shape)}")


def fewer_steps_where_time_is_short(folder):
    told = []
    schedule = fit.Schedule(epochs=1, batch=32, steps=4000)
    fit.fit(lambda: torch.nn.Linear(4, 2), torch.randn(64, 4), lambda out, index: (out ** 2).mean(), schedule,
            fit.Unchanged(), lambda batch, generator: batch, 1, "test", folder / "short.pt",
            say=lambda *what: told.append(what), most_seconds=0.02)
    check(told[0][3] == 4000 and told[0][1] < 4000, f"nothing is said of fewer steps: {told}")
    state = torch.load(folder / "short.pt")
    check(state["step"] == state["steps"] < 4000, f"{state['step']} steps of {state['steps']} were taken")


def little_nets_fit_their_device():
    layers = (nets.Layer(12), nets.Layer(24))
    cost = lambda l: {"multiply_adds": sum(x.width for x in l) * 1000, "bytes": 100 * sum(x.width for x in l)}
    wide = budgets.fit_layers(layers, budgets.Budget(80_000, 10**6), cost)
    check([x.width for x in wide] == [24, 48], f"not the widest: {wide}")
    narrow = budgets.fit_layers(layers, budgets.Budget(20_000, 10**6), cost)
    check([x.width for x in narrow] == [8, 12], f"{narrow}")
    refused("the smallest takes", budgets.fit_layers, layers, budgets.Budget(100, 100), cost)
    refused("is none of edison", budgets.parse, "toaster")
    check(budgets.parse("5000000,200000") == budgets.Budget(5_000_000, 200_000), "numbers are not taken")
    check("DS-CNN" in budgets.tiny_class(2_000_000, 20_000), "no keyword net")
    check("larger" in budgets.tiny_class(50_000_000, 20_000), "larger than any")


def a_task_file_is_told_in_the_other_way_and_back():
    front = frontends.Front("spectrum", "", torch.nn.Identity(), [3, 16])
    text = ("task: t\ninput:\n  dtype: int16\n  shape: [3, 32]\nnormalisation:\n  mean: [0.0]\nlittle:\n"
            "  sha256: \"aa\"\nbig:\n  sha256: bb\n")
    features = ways.retold(text, ways.Way("features", front), {"aa": "cc", "bb": "dd"})
    check("  shape: [3, 32]\nescalate: features\nfeatures:\n  shape: [3, 16]\nnormalisation:\n" in features
          and '"cc"' in features and "dd" in features, features)
    back = ways.retold(features, ways.Way("features", front).other(), {"cc": "aa", "dd": "bb"})
    check(back == text, back)
    halves = text.replace("  shape: [3, 32]\n", "  shape: [3, 32]\n  wire_dtype: float16\n")
    without = ways.retold(halves, ways.Way("features", front), {"aa": "cc", "bb": "dd"})
    check(halves != text and without == features, without)
    check(ways.Way("window", None).other() is None, "without features there is another way")


def features_are_escalated_only_where_there_are_some():
    words = ["--task", "mine", "--escalate", "features"]
    check(options.parse(words, "").escalate == "features" and options.parse(words[:2], "").escalate == "window",
          "the option is not taken")
    refused("needs features", options.parse, words + ["--features", "raw"], "")
    refused("the nets of mnist have no features in front", options.parse, ["--task", "mnist", *words[2:]], "")
    refused("digits is shipped for windows", options.parse, ["--task", "digits", *words[2:]], "")


if __name__ == "__main__":
    every_class_in_every_part()
    groups_and_classes_together()
    windows_of_one_recording_are_noticed()
    the_baseline_learns_what_is_linear()
    steps_not_epochs()
    kinds_are_told()
    a_task_file_is_told_in_the_other_way_and_back()
    features_are_escalated_only_where_there_are_some()
    with tempfile.TemporaryDirectory() as scratch:
        an_early_end_keeps_the_best(pathlib.Path(scratch))
        fewer_steps_where_time_is_short(pathlib.Path(scratch))
    little_nets_fit_their_device()
