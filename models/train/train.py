#!/usr/bin/python3
"""Trains the big net and three designs of the little net of one task, lets `biglittle tune` choose
the thresholds, and writes models/<task> with the best design: see README.md."""

import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys

# Sums depend on the number of threads, down to the last bit of a weight; it is read at import.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"
# Threads that wait do not spin: beside other programs a step would take twenty times as long.
os.environ["OMP_WAIT_POLICY"] = "passive"
os.environ["GOMP_SPINCOUNT"] = "0"

import numpy as np
import torch

import baseline
import budgets
import card
import export
import foretell
import frontends
import nets
from data import BadInput, as_column, find, layout_mend, read_npy, same_layout, write_arrays, write_own
from designs import DESIGNS, make_little, soft_cross_entropy
from fit import Scale, Unchanged, fit, logits_of, one_hot
from options import command_of, made_folders, parse, shape_of
from tasks import TASKS
from tasks import own
from ways import Way
from ways import compare as compare_ways

# How much worse than the big net the cascade may be where designs are compared.
_COMPARISON_LOSS = 0.003
# As `biglittle tune` has it; here so that nobody trains in vain.
_LEAST_VALIDATION = 50


def make_task(options):
    if options.task not in TASKS:
        if options.data is None or find(options.data, "X.npy") is None:
            raise BadInput(f"--task {options.task} is none of {', '.join(TASKS)}, and --data names "
                           "no folder with an X.npy, which a task of your own needs")
        return own.task(options.task, options)
    task = TASKS[options.task]()
    if options.data is None and "simulated_seed" not in task.validation:
        raise BadInput(f"--data is missing; task {task.name} needs the folder with its files")
    if options.data is not None and not options.data.is_dir():
        raise BadInput(f"--data {options.data} is no folder")
    return task


def check_data(task, loaded):
    for name, part in vars(loaded).items():
        shape = part.windows.shape[1:]
        if part.windows.dtype != task.dtype or not same_layout(shape, task.shape):
            raise BadInput(f"the {name} windows are {part.windows.dtype} {shape}; task {task.name} "
                           f"takes {task.dtype} {tuple(task.shape)}{layout_mend(shape, task.shape)}")
        part.windows = part.windows.reshape(-1, *task.shape)
        if len(part) == 0 or part.truth.min() < 0 or part.truth.max() >= len(task.labels):
            raise BadInput(f"the {name} labels are not 0 to {len(task.labels) - 1}, or there are none")
        if part.windows.dtype == np.float32 and not np.isfinite(part.windows).all():
            raise BadInput(f"the {name} windows hold numbers that are not finite; leave such out")
    if len(loaded.validation) < _LEAST_VALIDATION:
        raise BadInput(f"{len(loaded.validation)} validation readings are too few, {_LEAST_VALIDATION} "
                       "are the least; bring more data")


def moments(windows):
    """One mean and deviation a channel, rounded before they are used, so that training and
    task.yaml agree to the last digit."""
    axes = (0,) + tuple(range(2, windows.ndim))
    count = windows.size // windows.shape[1]
    mean = windows.sum(axes, dtype=np.float64) / count
    # In slices: a float64 copy of the whole would not fit a small machine.
    squares = sum(np.square(part - mean.reshape((1, -1) + (1,) * (windows.ndim - 2))).sum(axes)
                  for part in np.array_split(windows, max(1, len(windows) // 1000)))
    deviation = np.sqrt(squares / count)
    return [float(f"{v:.6g}") for v in mean], [float(f"{max(v, 1e-6):.6g}") for v in deviation]


class Inputs:
    """What the nets learn from: the windows, normalised as the device will, or the features that stand in
    front of them."""

    def __init__(self, task, loaded, front):
        self.front = front
        if front is None or front.module is None:
            self.front = None
            self.mean, self.deviation = moments(loaded.train.windows)
            self.scale = Scale(self.mean, self.deviation, len(task.shape) - 1)
            self.train, self.validation = (torch.from_numpy(np.ascontiguousarray(part.windows))
                                           for part in (loaded.train, loaded.validation))
            return
        self.mean, self.deviation, self.scale = [0.0], [1.0], Unchanged()
        self.front, self.train = frontends.standardised(front, loaded.train.windows)
        self.validation = frontends.compute(self.front.module, loaded.validation.windows)

    def features(self, windows):
        """As the nets get them, of windows of any part."""
        if self.front is None:
            return self.scale(torch.from_numpy(np.array(windows, np.float32)))
        return frontends.compute(self.front.module, windows)


def share_right(net, inputs, truth):
    """Of the validation readings, and the mean probability of the truth: of few readings that goes up and
    down less from look to look."""
    probabilities = torch.softmax(logits_of(net, inputs.validation, inputs.scale).float(), 1)
    of_truth = probabilities[torch.arange(len(truth)), torch.from_numpy(truth)]
    return float((probabilities.argmax(1).numpy() == truth).mean()), float(of_truth.mean())


def watch(task, inputs, loaded):
    """Where nobody has tried how long a training should be, the validation readings say when to end."""
    if task.kind is None:
        return None
    return lambda net: share_right(net, inputs, loaded.validation.truth)[1]


# Of --minutes: what the big net may take, each of the three little ones, and each try of features. The rest is
# for tuning, evaluating and reading.
_SHARES = {"big": 0.5, "little": 0.1, "probe": 0.06}


def most_seconds(options, task, part):
    return 60 * options.minutes * _SHARES[part] if task.kind is not None else None


def big_loss(task, truth):
    targets = one_hot(truth, len(task.labels), task.big_schedule.label_smoothing)
    weights = task.weights(truth)

    def loss(logits, index):
        return soft_cross_entropy(logits, targets[index], weights[index])

    return loss


def train_big(task, inputs, loaded, options):
    split = loaded.train
    members = []
    for member in range(task.committee):
        which = f"big-{member + 1}" if task.committee > 1 else "big"
        members.append(fit(lambda: task.big(len(task.labels), inputs.scale), inputs.train,
                           big_loss(task, split.truth), task.big_schedule, inputs.scale,
                           task.augment, options.seed + 1000 * member, f"{task.name}: {which}",
                           options.work / f"{which}.pt", score_of=watch(task, inputs, loaded),
                           say=foretell.time_left, most_seconds=most_seconds(options, task, "big")))
    big = members[0] if task.committee == 1 else nets.Committee(members)
    return (task.finish_big(big, split, inputs.scale) if task.finish_big else big).eval()


def train_littles(task, inputs, loaded, opinion, options):
    split = loaded.train
    truth = torch.from_numpy(split.truth)
    trained = []
    for design in DESIGNS:
        score_of = watch(task, inputs, loaded) if design.has_exit else None
        net = fit(lambda: make_little(task, design, inputs.scale), inputs.train,
                  design.loss(task, truth, opinion), task.little_schedule, inputs.scale,
                  task.little_augment or task.augment,
                  options.seed, f"{task.name}: {design.name}",
                  options.work / f"{design.name}.pt",
                  extra=f"{task.distillation} {task.opinion_temperature} {opinion.sum(0).tolist()}",
                  score_of=score_of, say=foretell.time_left,
                  most_seconds=most_seconds(options, task, "little"))
        if task.finish_little and design.has_exit:
            net = task.finish_little(net, split, inputs.scale)
        trained.append((design, net))
    return trained


# A short training of the big net, by which features are compared.
_PROBE_STEPS = 300


def probe(task, loaded, options, front):
    inputs = Inputs(task, loaded, front)
    own.shape_nets(task, inputs.front or frontends.Front("raw", "", None), task.kind, len(loaded.train))
    schedule = task.big_schedule
    short = type(schedule)(**{**vars(schedule), "steps": min(_PROBE_STEPS, schedule.steps)})
    net = fit(lambda: task.big(len(task.labels), inputs.scale), inputs.train,
              big_loss(task, loaded.train.truth), short, inputs.scale, task.augment, options.seed,
              f"{task.name}: try {front.name}", options.work / f"try-{front.name}.pt",
              most_seconds=most_seconds(options, task, "probe"))
    return share_right(net, inputs, loaded.validation.truth)[0]


def choose_front(task, loaded, options):
    """The features that the nets are behind: the one that --features names, else what does best after a short
    training, on the validation readings. The shipped tasks say it themselves; None for none."""
    windows, rate = loaded.train.windows, task.input_settings.get("rate_hz")
    if task.kind is None:
        return (frontends.make(task.features, windows, rate), "said by the task") if task.features else (None, "")
    named = options.features != "auto"
    names = [options.features] if named else frontends.fitting(task.kind, windows, rate)
    if options.escalate == "features":
        names = [name for name in names if name != "raw"]
        if not names:
            raise BadInput(f"--escalate features: there are no features that suit {task.kind} data of this shape; "
                           "name some by --features, or escalate windows")
    print(f"kind of data: {task.kind} ({task.kind_words}); features to try: {', '.join(names)}", flush=True)
    front, tried = frontends.choose(names, windows, rate,
                                    lambda one: probe(task, loaded, options, one), print)
    if named or len(tried) == 1:
        why = "named by --features" if named else f"the one that suits {task.kind} data of this shape"
    else:
        why = "the best on the validation readings after a short training: " + ", ".join(
            f"{one.name} {card.percent(score)}" for one, score in tried)
    print(f"features: {front.name} ({front.title}), {why}", flush=True)
    return front, why


def linear_baseline(task, inputs, loaded):
    """Accuracy on validation and test part of ridge regression on simple numbers of the same features."""
    parts = {name: baseline.describe(inputs.features(getattr(loaded, name).windows))
             for name in ("train", "validation", "test")}
    ridge = baseline.Ridge(parts["train"], loaded.train.truth, parts["validation"], loaded.validation.truth,
                           len(task.labels))
    return {"validation": ridge.validation_accuracy,
            "test": ridge.accuracy(parts["test"], loaded.test.truth)}


def export_net(net, shape, path, source="reading"):
    model = export.write_onnx(net, shape, path, source)
    return {"sha256": export.sha256(path), "bytes": path.stat().st_size,
            "multiply_adds": nets.multiply_adds(net, shape),
            "parameters": nets.parameters(net), "operators": export.operators(model),
            "outputs": model.graph.output[-1].type.tensor_type.shape.dim[1].dim_value}


def check_budget(task, files):
    little, big = files["little"], files["big"]
    if little["multiply_adds"] > task.budget_share * big["multiply_adds"]:
        print(f"note: the little net costs 1/{big['multiply_adds'] / little['multiply_adds']:.1f} of "
              f"the big one's multiply-adds, more than 1/{1 / task.budget_share:.0f}")
    if little["bytes"] > task.budget_bytes:
        print(f"note: the little net has {little['bytes']:,} bytes, more than {task.budget_bytes:,}")


def tell_of_features(task, way):
    """Where escalating them does not do what it is there for."""
    if not way.of_features:
        return
    if way.front.name == "standardised":
        print("note: standardised features are a reading's own numbers, scaled: who gets them knows the reading")
    halves = 2 * math.prod(way.front.shape)
    window = math.prod(task.shape) * np.dtype(task.dtype).itemsize
    if halves > window:
        print(f"note: the features of a reading have {halves:,} bytes, its window {window:,}: escalating them keeps "
              "windows on the device, and sends more")


def biglittle(options, *arguments):
    """Runs the program; its last line of errors where it fails."""
    command = [str(options.program), *map(str, arguments)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=False)
    except OSError as error:
        raise BadInput(f"cannot run {options.program}: {error}; name the front door or the built "
                       "program by --program") from error
    said = [line for line in done.stderr.strip().splitlines() if not line.startswith("Run with --help")]
    return done.returncode, done.stdout, (said or ["no message"])[-1]


def check_engine(options, net, path, inputs):
    """The engine computes what was trained."""
    with torch.no_grad():
        expected = logits_of(net, inputs, lambda x: x).numpy()
    arrays, answer = options.work / "check.npy", options.work / "check.json"
    np.save(arrays, inputs.contiguous().numpy())
    code, _, said = biglittle(options, "classify", "--model", path, "--input", arrays, "--json",
                              answer)
    if code != 0:
        raise BadInput(f"the engine refuses {path}: {said}")
    said = json.loads(answer.read_text(encoding="utf-8"))
    check_same(expected, said["outputs"], path)
    if isinstance(net, nets.Showing):
        check_same(net.front(inputs).numpy(), said["named_outputs"]["features"], path)


def check_same(expected, found, path):
    difference = float(np.abs(expected - np.array(found).reshape(expected.shape)).max() / np.abs(expected).max())
    if not difference < 1e-3:
        raise AssertionError(f"{path} computes something else than was trained: {difference:.1e}")


def evaluate(options, where):
    """The figures of the test part; that the promise does not hold there (3) is told by tune."""
    figures = options.work / "figures.json"
    code, _, error = biglittle(options, "evaluate", *where, "--json", figures)
    if code not in (0, 3):
        raise BadInput(f"evaluate failed: {error}")
    return json.loads(figures.read_text(encoding="utf-8"))


def compare(options, task, models):
    """The figures of the test part, with the share escalated and the accuracy of the validation part, which
    are what may be chosen by; where no rule meets the comparison's objective, of the nearest."""
    where = ["--task", task.name, "--models", models, "--data", options.work / "data"]
    code, said, error = biglittle(options, "tune", *where, "--max-loss", _COMPARISON_LOSS, "--accept")
    met = code == 0
    if not met:
        code, said, error = biglittle(options, "tune", *where, "--max-loss", _COMPARISON_LOSS, "--nearest",
                                      "--accept")
    if code != 0:
        raise BadInput(f"tune failed: {error}")
    figures = evaluate(options, where)
    tuned = (models / task.name / "task.yaml").read_text(encoding="utf-8")
    expected = {name: float(re.search(rf"^    {name}: ([0-9.]+)$", tuned, re.MULTILINE)[1])
                for name in ("escalation_rate", "accuracy")}
    return {**figures, "met": met, "validation": expected}


def build_designs(options, task, way, scaled, big, littles, moments_of):
    """One models folder a design, tuned for the comparison: (design, files, figures)."""
    built = []
    whole = way.big(big)
    big_file = export_net(whole, way.big_shape(task), options.work / "big.onnx", way.big_source())
    check_engine(options, whole, options.work / "big.onnx", way.big_input(scaled))
    for design, inner in littles:
        net = way.little(inner)
        folder = options.work / design.name / task.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(options.work / "big.onnx", folder / "big.onnx")
        files = {"little": export_net(net, task.shape, folder / "little.onnx"), "big": big_file}
        check_engine(options, net, folder / "little.onnx", scaled)
        card.write_task_yaml(folder / "task.yaml", task, design, *moments_of, files, way)
        built.append((design, files, compare(options, task, folder.parent)))
    return built


def choose(built):
    """The design that escalates least of the validation readings, and why, in words: the test part
    chooses nothing, so that its figures stay what they are called."""
    able = [item for item in built if item[2]["met"]]
    if not able:
        best = max(built, key=lambda item: item[2]["validation"]["accuracy"])
        return best, ("none is within 0.3 points of the big net on the validation readings, and its cascade is "
                      f"the most accurate there, {card.percent(best[2]['validation']['accuracy'])}")

    def escalated(item):
        return item[2]["validation"]["escalation_rate"]

    best = min(able, key=escalated)
    others = ", ".join(f"{card.percent(escalated(item))} with {item[0].title}"
                       for item in able if item is not best)
    why = (f"it escalates least of the validation readings, {card.percent(escalated(best))}"
           + (f" against {others}" if others else ""))
    return best, why


def tune_as_wished(options, task, models):
    """(what tune says, whether all it was asked for holds). Something is always shipped: where the objective
    cannot be met, the nearest, and where not even that can be told, the task's own."""
    objective = shlex.split(options.objective) if options.objective else list(task.objective)
    where = ["--task", task.name, "--models", models, "--data", options.work / "data"]
    code, said, error = biglittle(options, "tune", *where, *objective, "--nearest")
    if code == 2:
        code, said, _ = biglittle(options, "tune", *where, "--max-loss", "0.005", "--nearest")
        said += f"\nTHE OBJECTIVE IS NOT MET: {error.removeprefix('biglittle tune: ')}.\nIn its place: --max-loss 0.005\n"
        if code in (0, 1):
            return said, False, ["--max-loss", "0.005"]
    if code not in (0, 1):
        raise BadInput(f"{error}. The nets are trained, and kept in {options.work}: the same command "
                       "goes on from there, without training again")
    return said, code == 0, objective


def ship(options, task, built):
    (design, files, _), why = choose(built)
    source = options.work / design.name / task.name
    said, holds, objective = tune_as_wished(options, task, source.parent)
    figures = evaluate(options, ["--task", task.name, "--models", source.parent, "--data",
                                 options.work / "data"])
    names = ["little.onnx", "big.onnx"]
    if (options.work / "parts.npy").is_file() and task.kind is not None:
        shutil.copy(options.work / "parts.npy", options.out / "parts.npy")
    for name in names:
        shutil.copy(source / name, options.out / name)
    shipped = options.out / "task.yaml"
    before = shipped.read_text(encoding="utf-8") if shipped.exists() else ""
    trained = (source / "task.yaml").read_text(encoding="utf-8")
    shipped.write_text(card.with_next_release(trained, before), encoding="utf-8")
    # Of what is shipped, with the user's own data, and not of where it was made.
    said = said.replace(f"{source / 'task.yaml'} written\n", "")
    said = said.replace(f"--models {source.parent}", f"--models {options.out.parent}").replace(
        f"--data {options.work / 'data'}", f"--data {options.data or options.work / 'data'}")
    return design, files, figures, why, shlex.join(objective), said, holds


def check_against_before(options, task):
    """A task that is there already says how its windows lie; other axes would be another sensor's."""
    before = shape_of(options.out / "task.yaml")
    if before is not None and layout_mend(task.shape, before):
        raise BadInput(f"{options.data}/X.npy has windows of {tuple(task.shape)}, {options.out}/task.yaml "
                       f"says {tuple(before)}{layout_mend(task.shape, before)}, or remove that folder")


def run(options):
    task = make_task(options)
    check_against_before(options, task)
    with made_folders(options):
        return train(options, task)


def fit_budget(task, inputs, options):
    """The little net as wide as --device allows. A few thousand bytes are the file around its weights, and the
    constants of the features."""
    around = 8_000 + (sum(b.numel() * 4 for b in inputs.front.module.buffers()) if inputs.front else 0)

    def cost_of(layers):
        task.layers = layers
        net = make_little(task, DESIGNS[-1], inputs.scale)  # with two heads it is the largest
        shape = inputs.front.shape if inputs.front else task.shape
        return {"multiply_adds": nets.multiply_adds(net, shape), "bytes": around + 4 * nets.parameters(net)}

    budget = budgets.parse(options.device)
    task.layers = budgets.fit_layers(task.layers, budget, cost_of)
    task.budget_bytes, task.budget_share = budget.bytes, 1.0
    cost = cost_of(task.layers)
    print(f"--device {options.device}: the little net takes {cost['multiply_adds']:,} multiply-adds a reading and "
          f"{cost['bytes']:,} bytes, of {budget.multiply_adds:,} and {budget.bytes:,}", flush=True)


def set_epochs(options, task):
    for name in ("little", "big"):
        epochs = getattr(options, f"{name}_epochs")
        if epochs:
            schedule = getattr(task, f"{name}_schedule")
            setattr(task, f"{name}_schedule",
                    type(schedule)(**{**vars(schedule), "epochs": epochs, "steps": 0}))


def load(options, task):
    """The data, checked, and written for `biglittle tune` and `evaluate`."""
    loaded = task.load(options, options.work)
    if task.kind is not None:
        loaded, part = loaded
        # With the labels, by which it is seen later on whether it is of the same data.
        truth = as_column(read_npy(find(options.data, "y.npy")))
        np.save(options.work / "parts.npy", np.stack([part, truth], 1).astype(np.int32))
    check_data(task, loaded)
    if task.kind is not None and loaded.train.groups is None:
        foretell.tell_if_alike(loaded.train, options)
    write_arrays(options.work / "data", loaded)
    if options.prepare and task.by_groups:
        name, of_all = task.by_groups
        write_own(options.work / name, *of_all(options), task.labels, task.input_settings["rate_hz"])
    return loaded


def train(options, task):
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(options.threads or (foretell.cores() if task.kind is not None else 1))
    if task.kind is not None:
        foretell.check_memory(options)
    loaded = load(options, task)
    if options.prepare:
        return True
    front, why_front = choose_front(task, loaded, options)
    inputs = Inputs(task, loaded, front)
    if task.kind is not None:
        own.shape_nets(task, inputs.front or frontends.Front("raw", "", None), task.kind, len(loaded.train))
    elif inputs.front:
        task.net_rank, task.net_inputs = len(inputs.front.shape) - 1, inputs.front.shape[0]
    if options.device:
        fit_budget(task, inputs, options)
    set_epochs(options, task)
    big = train_big(task, inputs, loaded, options)
    opinion = torch.softmax(logits_of(big, inputs.train, inputs.scale) / task.opinion_temperature, 1)
    littles = train_littles(task, inputs, loaded, opinion, options)

    scale = Scale(inputs.mean, inputs.deviation, len(task.shape) - 1)
    scaled = scale(torch.from_numpy(np.array(loaded.test.windows[:64]))).contiguous()
    way = Way(options.escalate, inputs.front)
    built = build_designs(options, task, way, scaled, big, littles, (inputs.mean, inputs.deviation))
    design, files, figures, why, arguments, said, holds = ship(options, task, built)
    check_budget(task, files)
    tell_of_features(task, way)
    ways = compare_ways(
        way, task, (dict(littles)[design], big), files,
        ((options.out / "task.yaml").read_text(encoding="utf-8"), figures), options.work / "other-way", export_net,
        lambda models: evaluate(options, ["--task", task.name, "--models", models, "--data",
                                          options.work / "data"]))
    linear = linear_baseline(task, inputs, loaded)
    card.write_card(options.out / "README.md", task, design, {
        "sizes": {name: len(part) for name, part in vars(loaded).items()},
        "files": files, "ratio": files["big"]["multiply_adds"] / files["little"]["multiply_adds"],
        "comparison_loss": _COMPARISON_LOSS, "designs": card.designs_table(built, design),
        "why": why, "arguments": arguments, "figures": figures, "seed": options.seed,
        "baseline": linear, "front": inputs.front, "why_front": why_front, "ways": ways,
        "command": command_of(options)})
    print(f"{options.out}: {design.title}; cascade {card.percent(figures['accuracy']['cascade'])}, "
          f"{card.percent(figures['escalation_rate'])} escalated")
    print(said)
    tell_baseline(linear["test"], figures["accuracy"])
    return holds or options.accept


def tell_baseline(linear, accuracy):
    """The last line where a net is not better than the plainest thing."""
    print(f"on the same test part: linear baseline {card.percent(linear)}, big net "
          f"{card.percent(accuracy['big'])}, little net {card.percent(accuracy['little'])}, cascade "
          f"{card.percent(accuracy['cascade'])}")
    behind = [name for name in ("big", "little") if accuracy[name] <= linear]
    if behind:
        print(f"NOT BETTER THAN A LINEAR BASELINE: the {' and the '.join(behind)} net. Look at the data (labels, "
              "rate, groups) and at --features before anything is built on this")


def main():
    try:
        if not run(parse(sys.argv[1:], __doc__)):
            print("train.py: shipped, but what was asked for does not hold: see the lines above; pass --accept if "
                  "it is to be so", file=sys.stderr)
            return 1
    except BadInput as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("train.py: stopped; the same command goes on from the last epoch", file=sys.stderr)
        return 1
    except SystemExit as wish:  # of --help
        return wish.code or 0
    return 0


def flushed(code):
    """The exit code, once all that was printed is written."""
    try:
        sys.stdout.flush()
    except OSError as error:
        print(f"train.py: the output cannot be written: {error.strerror}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python says it again
        return code or 1
    return code


if __name__ == "__main__":
    sys.exit(flushed(main()))
