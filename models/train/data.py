"""Reads the data sets. Windows stay in the sensor's own units and element type: normalisation is
part of task.yaml, so that the device does exactly what training did."""

import gzip
import io
import pathlib
import subprocess
from dataclasses import dataclass
from typing import Optional

import numpy as np


class BadInput(Exception):
    """Something the caller can mend; the message says what, where and how."""


@dataclass
class Split:
    windows: np.ndarray  # [N, C, ...] in raw sensor units
    truth: np.ndarray  # int64 [N]
    # Who or what a window comes from; windows of one group never sit on both sides of a split.
    group: np.ndarray  # int64 [N]

    def take(self, keep):
        return Split(self.windows[keep], self.truth[keep], self.group[keep])

    def __len__(self):
        return len(self.truth)


@dataclass
class Data:
    train: Split
    # Chooses temperatures and thresholds, never trained on. None where there are too few groups to
    # spare some: then the training part is cross-validated.
    validation: Optional[Split]
    test: Split  # only ever reported


def _bytes(path):
    path = pathlib.Path(path)
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError) as error:
        raise BadInput(f"cannot read {path}: {error}; see models/train/README.md for the files "
                       "a data folder must hold") from error


def read_npy(path):
    try:
        return np.load(io.BytesIO(_bytes(path)), allow_pickle=False)
    except ValueError as error:
        raise BadInput(f"{path} is not a NumPy array file: {error}") from error


def read_idx(path):
    """IDX: big-endian magic (two zero bytes, element type 8 = uint8, rank), the dimensions, data."""
    raw = _bytes(path)
    rank = raw[3] if len(raw) >= 4 and raw[:3] == b"\x00\x00\x08" else 0
    if rank == 0 or len(raw) < 4 + 4 * rank:
        raise BadInput(f"{path} is not an IDX file of bytes")
    shape = np.frombuffer(raw, ">u4", rank, 4).astype(int)
    body = np.frombuffer(raw, np.uint8, offset=4 + 4 * rank)
    if body.size != shape.prod():
        raise BadInput(f"{path} holds {body.size} values, its header promises {shape.prod()}")
    return body.reshape(shape).copy()  # writable, as PyTorch wants it


def _split(windows, truth, group, what):
    if not len(windows) == len(truth) == len(group):
        raise BadInput(f"{what}: {len(windows)} windows, {len(truth)} labels, {len(group)} groups; "
                       "they must be as many")
    return Split(windows, truth.astype(np.int64), group.astype(np.int64))


def uci_har(folder):
    folder = pathlib.Path(folder)
    parts = [_split(*(read_npy(folder / f"{name}_{part}.npy.gz") for name in ("X", "y", "subject")),
                    folder / part) for part in ("train", "test")]
    return Data(train=parts[0], validation=None, test=parts[1])


def fashion_mnist(folder, validation_images, seed):
    folder = pathlib.Path(folder)
    parts = {}
    for part, name in (("train", "train"), ("test", "t10k")):
        images = read_idx(folder / f"{name}-images-idx3-ubyte.gz")[:, None]
        labels = read_idx(folder / f"{name}-labels-idx1-ubyte.gz")
        parts[part] = _split(images, labels, np.arange(len(labels)), folder / part)
    order = np.random.default_rng(seed).permutation(len(parts["train"]))
    held = np.zeros(len(order), bool)
    held[order[:validation_images]] = True
    return Data(parts["train"].take(~held), parts["train"].take(held), parts["test"])


def _simulate(program, folder, readings, seed):
    command = [str(program), "simulate", "--task", "vibration", "--readings", str(readings),
               "--seed", str(seed), "--out", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BadInput(f"cannot run {program}: {error}; build it and name it with "
                       "--simulate") from error
    if done.returncode != 0:
        raise BadInput(f"'{' '.join(command)}' failed with code {done.returncode}: "
                       f"{done.stderr.strip() or 'no message'}")
    truth = read_npy(folder / "y.npy")
    return _split(read_npy(folder / "X.npy"), truth, np.arange(len(truth)), folder)


def vibration(program, folder, readings, seeds):
    """Three runs of the simulator that share no seed, and so no machine, load or noise."""
    parts = {}
    for part, count in readings.items():
        target = pathlib.Path(folder) / f"vibration-{part}"
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"cannot create {target}: {error}; choose another --data") from error
        parts[part] = _simulate(program, target, count, seeds[part])
    return Data(**parts)
