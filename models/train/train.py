#!/usr/bin/python3
"""Trains the big net and three designs of the little net of one task, lets `biglittle tune` choose
the thresholds, and writes models/<task> with the best design: see README.md."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys

# Sums depend on the number of threads, down to the last bit of a weight; it is read at import.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import torch

import card
import export
import nets
from data import BadInput, find, layout_mend, same_layout, write_arrays
from designs import DESIGNS, make_little, soft_cross_entropy
from fit import Scale, fit, logits_of, one_hot
from options import command_of, made_folders, parse, shape_of
from tasks import TASKS
from tasks import own

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


def train_big(task, split, scale, options):
    windows, truth = torch.from_numpy(split.windows), split.truth
    schedule = task.big_schedule
    targets = one_hot(truth, len(task.labels), schedule.label_smoothing)

    weights = task.weights(truth)

    def loss(logits, index):
        return soft_cross_entropy(logits, targets[index], weights[index])

    members = []
    for member in range(task.committee):
        which = f"big-{member + 1}" if task.committee > 1 else "big"
        members.append(fit(lambda: task.big(len(task.labels), scale), windows, loss, schedule, scale,
                           task.augment, options.seed + 1000 * member, f"{task.name}: {which}",
                           options.work / f"{which}.pt"))
    big = members[0] if task.committee == 1 else nets.Committee(members)
    return (task.finish_big(big, split, scale) if task.finish_big else big).eval()


def train_littles(task, split, opinion, scale, options):
    windows, truth = torch.from_numpy(split.windows), torch.from_numpy(split.truth)
    trained = []
    for design in DESIGNS:
        net = fit(lambda: make_little(task, design, scale), windows,
                  design.loss(task, truth, opinion), task.little_schedule, scale, task.augment,
                  options.seed, f"{task.name}: {design.name}",
                  options.work / f"{design.name}.pt",
                  extra=f"{task.distillation} {task.opinion_temperature} {opinion.sum(0).tolist()}")
        if task.finish_little and design.has_exit:
            net = task.finish_little(net, split, scale)
        trained.append((design, net))
    return trained


def export_net(task, net, path):
    model = export.write_onnx(net, task.shape, path)
    return {"sha256": export.sha256(path), "bytes": path.stat().st_size,
            "multiply_adds": nets.multiply_adds(net, task.shape),
            "parameters": nets.parameters(net), "operators": export.operators(model),
            "outputs": model.graph.output[0].type.tensor_type.shape.dim[1].dim_value}


def check_budget(task, files):
    little, big = files["little"], files["big"]
    if little["multiply_adds"] > task.budget_share * big["multiply_adds"]:
        print(f"note: the little net costs 1/{big['multiply_adds'] / little['multiply_adds']:.1f} of "
              f"the big one's multiply-adds, more than 1/{1 / task.budget_share:.0f}")
    if little["bytes"] > task.budget_bytes:
        print(f"note: the little net has {little['bytes']:,} bytes, more than {task.budget_bytes:,}")


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
    found = np.array(json.loads(answer.read_text(encoding="utf-8"))["outputs"])
    difference = float(np.abs(expected - found).max() / np.abs(expected).max())
    if not difference < 1e-3:
        raise AssertionError(f"{path} computes something else than was trained: {difference:.1e}")


def tune_and_evaluate(options, task, models, *objective):
    """The figures of the test part, with the share escalated of the validation part, which is what
    may be chosen by; or why there are none."""
    where = ["--task", task.name, "--models", models, "--data", options.work / "data"]
    code, said, error = biglittle(options, "tune", *where, *objective)
    if code != 0:
        return error
    print(said)
    figures = options.work / "figures.json"
    code, said, error = biglittle(options, "evaluate", *where, "--json", figures)
    if code != 0:
        raise BadInput(f"evaluate failed: {error}")
    tuned = (models / task.name / "task.yaml").read_text(encoding="utf-8")
    expected = re.search(r"^    escalation_rate: ([0-9.]+)$", tuned, re.MULTILINE)
    return {**json.loads(figures.read_text(encoding="utf-8")),
            "validation_escalation_rate": float(expected[1])}


def build_designs(options, task, scaled, big, littles, moments_of, loaded):
    """One models folder a design, tuned for the comparison: (design, files, figures)."""
    built = []
    big_file = export_net(task, big, options.work / "big.onnx")
    check_engine(options, big, options.work / "big.onnx", scaled)
    for design, net in littles:
        folder = options.work / design.name / task.name
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(options.work / "big.onnx", folder / "big.onnx")
        files = {"little": export_net(task, net, folder / "little.onnx"), "big": big_file}
        check_engine(options, net, folder / "little.onnx", scaled)
        card.write_task_yaml(folder / "task.yaml", task, design, *moments_of, files)
        figures = tune_and_evaluate(options, task, folder.parent, "--max-loss", _COMPARISON_LOSS)
        built.append((design, files, figures))
    return built


def choose(built):
    """The design that escalates least of the validation readings, and why, in words: the test part
    chooses nothing, so that its figures stay what they are called."""
    def escalated(figures):
        return figures["validation_escalation_rate"]

    able = [item for item in built if not isinstance(item[2], str)]
    if not able:
        raise BadInput("no design meets the comparison's objective: " +
                       "; ".join(f"{design.name}: {said}" for design, _, said in built))
    best = min(able, key=lambda item: escalated(item[2]))
    others = ", ".join(f"{card.percent(escalated(figures))} with {design.title}"
                       for design, _, figures in able if design is not best[0])
    why = (f"it escalates least of the validation readings, {card.percent(escalated(best[2]))}"
           + (f" against {others}" if others else ""))
    return best, why


def ship(options, task, built):
    (design, files, _), why = choose(built)
    objective = shlex.split(options.objective) if options.objective else list(task.objective)
    source = options.work / design.name / task.name
    figures = tune_and_evaluate(options, task, source.parent, *objective)
    if isinstance(figures, str):
        raise BadInput(f"{figures}. The nets are trained, and kept in {options.work}: the same command "
                       "with another --objective goes on from there, without training again")
    for name in ("little.onnx", "big.onnx"):
        shutil.copy(source / name, options.out / name)
    shipped = options.out / "task.yaml"
    before = shipped.read_text(encoding="utf-8") if shipped.exists() else ""
    trained = (source / "task.yaml").read_text(encoding="utf-8")
    shipped.write_text(card.with_next_release(trained, before), encoding="utf-8")
    return design, files, figures, why, shlex.join(objective)


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
        train(options, task)


def train(options, task):
    for name in ("little", "big"):
        epochs = getattr(options, f"{name}_epochs")
        if epochs:
            schedule = getattr(task, f"{name}_schedule")
            setattr(task, f"{name}_schedule", type(schedule)(**{**vars(schedule), "epochs": epochs}))
    torch.use_deterministic_algorithms(True)
    torch.set_num_threads(options.threads)
    loaded = task.load(options, options.work)
    check_data(task, loaded)
    write_arrays(options.work / "data", loaded)
    if options.prepare:
        return
    mean, deviation = moments(loaded.train.windows)
    scale = Scale(mean, deviation, len(task.shape) - 1)
    big = train_big(task, loaded.train, scale, options)
    windows = torch.from_numpy(loaded.train.windows)
    opinion = torch.softmax(logits_of(big, windows, scale) / task.opinion_temperature, 1)
    littles = train_littles(task, loaded.train, opinion, scale, options)

    scaled = scale(torch.from_numpy(loaded.test.windows[:64])).contiguous()
    built = build_designs(options, task, scaled, big, littles, (mean, deviation), loaded)
    design, files, figures, why, arguments = ship(options, task, built)
    check_budget(task, files)
    card.write_card(options.out / "README.md", task, design, {
        "sizes": {name: len(part) for name, part in vars(loaded).items()},
        "files": files, "ratio": files["big"]["multiply_adds"] / files["little"]["multiply_adds"],
        "comparison_loss": _COMPARISON_LOSS, "designs": card.designs_table(built, design),
        "why": why, "arguments": arguments, "figures": figures, "seed": options.seed,
        "command": command_of(options)})
    print(f"{options.out}: {design.title}; cascade {card.percent(figures['accuracy']['cascade'])}, "
          f"{card.percent(figures['escalation_rate'])} escalated")


def main():
    try:
        run(parse(sys.argv[1:], __doc__))
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
