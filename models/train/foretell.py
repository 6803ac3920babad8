"""What a training will take, said before it is taken: memory, time."""

import math
import os
import pathlib
import sys

import numpy as np

import splits
from bad_input import BadInput
from data import find

# Windows as read, as features and as what is written for tuning; from what was measured.
_COPIES = 2.5
_OF_PYTHON = 400 << 20


def cores():
    try:
        return min(4, len(os.sched_getaffinity(0)))
    except AttributeError:
        return 1


def _available():
    """Bytes; None where nobody says."""
    try:
        text = pathlib.Path("/proc/meminfo").read_text(encoding="ascii")
        return int(text.split("MemAvailable:")[1].split()[0]) << 10
    except (OSError, IndexError, ValueError):
        return None


def check_memory(options):
    """Says how much the windows will take; BadInput where that is more than there is."""
    path = find(options.data, "X.npy")
    if path is None:
        return
    if path.suffix == ".npy":
        array = np.load(path, mmap_mode="r", allow_pickle=False)
        windows = math.prod(array.shape) * array.dtype.itemsize
    else:
        windows = path.stat().st_size * 2
    needed = int(_COPIES * windows) + _OF_PYTHON
    available = _available()
    print(f"memory: the windows have {windows >> 20} MB, training will take about {needed >> 20} MB"
          + (f" of {available >> 20} MB that are free" if available else ""), flush=True)
    if available and needed > available:
        raise BadInput(f"training would take about {needed >> 20} MB, {available >> 20} MB are free: cut shorter "
                       "windows or fewer of them, or `biglittle new --resample --rate-hz` to a lower rate")


def time_left(name, steps, seconds, of):
    """Early stopping may end it sooner. `of`: more steps would have taken longer than --minutes allows."""
    fewer = f" in place of {of}, which would take longer than --minutes allows" if of else ""
    print(f"{name}: {steps} steps{fewer}, at most {max(1, round(seconds))} s more", flush=True)


def tell_if_alike(split, options):
    nearer = splits.neighbours_alike(split.windows, split.truth)
    if nearer is not None and nearer > 2.0:
        print(f"warning: neighbouring windows of {options.data}/X.npy are {nearer:.1f} times nearer to each other than "
              "to others of their class, as those of one recording are: windows of one recording will be on both "
              "sides of the split, and the figures will be too good. Say which belong together in groups.npy",
              file=sys.stderr)
