"""What train.py can be asked for."""

import argparse
import contextlib
import itertools
import pathlib
import re
import shlex
import tempfile

from budgets import DEVICES
from budgets import parse as parse_budget
from data import BadInput
from frontends import CHOICES, KINDS
from tasks import TASKS
from ways import WAYS

_HOME = pathlib.Path(__file__).resolve().parents[2]


# What `biglittle tune` takes of an objective, and whether a number follows.
_OBJECTIVE = {"--max-escalation": True, "--min-accuracy": True, "--max-loss": True, "--max-risk": True,
              "--confidence": True, "--min-recall": True, "--score": False, "--thresholds": False,
              "--unlike-share": True}
_FLAGS = ("--for-these-groups",)


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BadInput(f"{message}; see --help")


def check_objective(objective):
    """Whether `biglittle tune` would understand it: known before hours of training, not after."""
    try:
        words = shlex.split(objective or "")
    except ValueError as error:
        raise BadInput(f"--objective {objective}: {error}") from error
    words = [part for word in words for part in word.split("=", 1) if word not in _FLAGS]
    for option, value in itertools.zip_longest(words[::2], words[1::2]):
        if option not in _OBJECTIVE or value is None:
            raise BadInput(f"--objective {objective}: it is options of `biglittle tune`, each with its "
                           f"value: {', '.join(_OBJECTIVE)}")
        if _OBJECTIVE[option] and not re.fullmatch(r"[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?|[0-9]+\.", value):
            raise BadInput(f"--objective {objective}: {option} takes a number, not '{value}'")


def parse(arguments, description):
    parser = Parser(description=description)
    parser.add_argument("--task", required=True,
                        help=f"{', '.join(TASKS)}, or a name for X.npy, y.npy and labels.txt")
    parser.add_argument("--data", type=pathlib.Path, help="folder of the data set, or the one above")
    parser.add_argument("--out", type=pathlib.Path, help="models/<task> if left out")
    parser.add_argument("--work", type=pathlib.Path,
                        help="checkpoints, prepared data, the designs not chosen; build/train/<task> "
                             "if left out")
    parser.add_argument("--program", type=pathlib.Path, default=_HOME / "biglittle",
                        help="the front door, or the built biglittle")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, help="1 for the shipped tasks, all cores for your own")
    parser.add_argument("--little-epochs", type=int, metavar="N", help="instead of the task's own")
    parser.add_argument("--big-epochs", type=int, metavar="N", help="instead of the task's own")
    parser.add_argument("--objective", help="for `biglittle tune`, instead of the task's own")
    parser.add_argument("--accept", action="store_true",
                        help="end well although the objective is not met, or its promise does not hold on "
                             "the test part")
    parser.add_argument("--prepare", action="store_true",
                        help="only write the validation and test arrays to <work>/data")
    own_task = parser.add_argument_group("a task of your own")
    own_task.add_argument("--labels", type=pathlib.Path, help="labels.txt of --data if left out")
    own_task.add_argument("--priority", metavar="A,B", help="the first label if left out")
    own_task.add_argument("--description")
    own_task.add_argument("--features", default="auto", choices=["auto", *CHOICES],
                          help="what the nets are behind; auto tries what suits the data (default)")
    own_task.add_argument("--minutes", type=float, default=12.0, metavar="M",
                          help="take fewer steps where it would take longer (default: 12)")
    own_task.add_argument("--escalate", default="window", choices=WAYS,
                          help="what a device sends of a reading that the big net is asked about: its window "
                               "(default), or the features of it, so that the window stays on the device")
    parser.add_argument("--device", help=f"budget of the little net: {', '.join(DEVICES)}, or multiply-adds "
                                         "and bytes like 5000000,200000")
    own_task.add_argument("--kind", choices=KINDS,
                          help="of data; told by shape, type and rate if left out")
    options = parser.parse_args(arguments)
    if not re.fullmatch("[a-z0-9-]{1,64}", options.task):
        raise BadInput(f"--task must be 1 to 64 characters of a-z 0-9 -, not '{options.task}'")
    if options.description and (len(options.description.encode()) > 500
                                or not options.description.isprintable()):
        raise BadInput("--description must be one line of at most 500 bytes")
    check_objective(options.objective)
    if options.escalate == "features" and options.task in TASKS:
        why = (f"{options.task} is shipped for windows" if TASKS[options.task]().features
               else f"the nets of {options.task} have no features in front")
        raise BadInput(f"--escalate features is for a task of your own; {why}")
    if options.escalate == "features" and options.features == "raw":
        raise BadInput("--escalate features needs features: leave --features out, or name others than raw")
    if options.device:
        parse_budget(options.device)
    if not 0.01 <= options.minutes <= 10000:
        raise BadInput(f"--minutes {options.minutes:g} is out of range; give 0.01 to 10000")
    for name in ("little_epochs", "big_epochs", "threads"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise BadInput(f"--{name.replace('_', '-')} {value} is not at least 1")
    if not 0 <= options.seed < 2**32 - 1:
        raise BadInput(f"--seed {options.seed} is out of range; give 0 to {2**32 - 2}")
    options.out = options.out or _HOME / "models" / options.task
    options.work = options.work or _HOME / "build" / "train" / options.task
    return options


@contextlib.contextmanager
def made_folders(options):
    """Makes --out and --work where they are not there. A task's folder that is still empty at the
    end goes again: half a task would only be in the way of the whole one."""
    if options.out.name != options.task:
        raise BadInput(f"--out {options.out} must end in the task's name, {options.task}")
    was_there = options.out.exists()
    try:
        for name in ("out", "work"):
            folder = getattr(options, name)
            try:
                folder.mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryFile(dir=folder):
                    pass
            except OSError as error:
                raise BadInput(f"cannot write to --{name} {folder}: {error}") from error
        yield
    finally:
        if not was_there:
            with contextlib.suppress(OSError):  # it is not empty
                options.out.rmdir()


def shape_of(task_yaml):
    """The shape of a window that a task file states; None without such a file."""
    try:
        found = re.search(r"^ +shape: \[([0-9, ]+)\]", task_yaml.read_text(encoding="utf-8"), re.MULTILINE)
    except (OSError, UnicodeDecodeError):
        return None
    return [int(extent) for extent in found[1].split(",")] if found else None


def command_of(options):
    """The command that makes the same again, with what is a place on this machine left open."""
    words = ["/usr/bin/python3", "models/train/train.py", "--task", options.task]
    if options.data:
        words += ["--data", "DATA-FOLDER"]
    words += ["--seed", str(options.seed), "--threads", str(options.threads or 1)]
    if options.escalate != "window":
        words += ["--escalate", options.escalate]
    for name in ("little_epochs", "big_epochs", "priority", "objective", "kind", "features", "device"):
        if getattr(options, name) and getattr(options, name) != "auto":
            words += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    return shlex.join(words)
