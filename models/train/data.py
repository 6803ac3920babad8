"""Reads the data sets and splits them. Windows stay in the sensor's own units and element type:
normalisation is part of task.yaml, so that the device does exactly what training did."""

import csv
import gzip
import io
import json
import pathlib
import subprocess
import tarfile
import tokenize
import zipfile
import zlib
from dataclasses import dataclass

import numpy as np

import splits
from bad_input import BadInput


@dataclass
class Split:
    windows: np.ndarray  # [N, C, ...] in raw sensor units
    truth: np.ndarray  # int64 [N]
    groups: np.ndarray = None  # whom or what a window is of, where that is known

    def take(self, keep):
        return Split(self.windows[keep], self.truth[keep],
                     None if self.groups is None else self.groups[keep])

    def __len__(self):
        return len(self.truth)


@dataclass
class Data:
    train: Split  # what the nets learn from
    validation: Split  # chooses temperatures and thresholds, never trained on
    test: Split  # only ever reported


@dataclass(frozen=True)
class Held:
    """Which rows of the training data are the validation part; task.yaml says the same, so that
    `biglittle tune` takes the same rows. Either every n-th row (rows n-1, 2n-1, ...), or those of
    some groups, where rows of one group (a person, a machine) must not be on both sides."""
    every: int = 0
    groups: str = ""  # name of the array of groups, beside the windows
    values: tuple = ()

    def mask(self, rows, groups):
        if self.every:
            return np.arange(rows) % self.every == self.every - 1
        return np.isin(groups, self.values)

    def described(self):
        return {"every": self.every} if self.every else {"groups": self.groups,
                                                         "held": list(self.values)}


def _bytes(path):
    path = pathlib.Path(path)
    try:
        raw = path.read_bytes()
        # By what is in it, not by its name, as the programs do.
        return gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"cannot read {path}: {error}; see models/train/README.md for the files "
                       "a data folder must hold") from error


def find(folder, name):
    """folder/name, plain or with .gz; None where there is neither."""
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    return None


def need(folder, name):
    path = find(folder, name)
    if path is None:
        raise BadInput(f"{folder} has no {name}, plain or with .gz; see models/train/README.md for "
                       "the files a data folder must hold")
    return path


def read_npy(path):
    """In the machine's byte order and C's order of the dimensions, as all that follows wants it."""
    try:
        array = np.load(io.BytesIO(_bytes(path)), allow_pickle=False)
    except (ValueError, EOFError, SyntaxError, tokenize.TokenError, zipfile.BadZipFile) as error:
        raise BadInput(f"{path} is not a NumPy array file: {error}") from error
    if not isinstance(array, np.ndarray):
        raise BadInput(f"{path} is an archive of arrays (.npz); save the one array with numpy.save")
    return array.astype(array.dtype.newbyteorder("="), order="C", copy=False)


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


def same_layout(found, wanted):
    """Whether windows of these shapes hold their elements in the same order: core/task/window_layout.h."""
    extents = [extent for extent in found if extent != 1]
    return np.prod(found) == np.prod(wanted) and (
        len(extents) <= 1 or extents == [extent for extent in wanted if extent != 1])


def layout_mend(found, wanted):
    """What mends an array [N, *found], for the end of a message; empty if no exchange of axes does."""
    if same_layout(found, wanted) or sorted(found) != sorted(wanted):
        return ""
    left, axes = list(enumerate(found, 1)), [0]
    for extent in wanted:
        taken = next(item for item in left if item[1] == extent)
        left.remove(taken)
        axes.append(taken[0])
    return f": its axes are exchanged; mend it with numpy's array.transpose({', '.join(map(str, axes))})"


def as_column(truth):
    """Labels as the programs take them: [N] or [N, 1]."""
    return truth[:, 0] if truth.ndim == 2 and truth.shape[1] == 1 else truth


def as_split(windows, truth, what):
    truth = as_column(truth)
    if truth.ndim != 1 or not np.issubdtype(truth.dtype, np.integer):
        raise BadInput(f"{what}: the labels are {truth.dtype} {truth.shape}; they must be one integer "
                       "a window")
    if len(windows) != len(truth):
        raise BadInput(f"{what}: {len(windows)} windows and {len(truth)} labels; they must be as many")
    return Split(windows, truth.astype(np.int64))


def divide(train, test, held, groups=None):
    keep = held.mask(len(train), groups)
    return Data(train.take(~keep), train.take(keep), test)


def within(folder, names):
    """The folder of a data set: `folder` itself, or the one of its sub-folders that is there."""
    for name in names:
        if (pathlib.Path(folder) / name).is_dir():
            return pathlib.Path(folder) / name
    return pathlib.Path(folder)


def uci_har(folder, held):
    folder = within(folder, ("har", "uci-har"))
    train, test = (as_split(read_npy(need(folder, f"X_{part}.npy")),
                            read_npy(need(folder, f"y_{part}.npy")), folder / part)
                   for part in ("train", "test"))
    train.groups = as_column(read_npy(need(folder, f"{held.groups}.npy"))).astype(np.int64)
    return divide(train, test, held, train.groups)


def idx_images(folder, name, held):
    folder = within(folder, (name,))
    train, test = (as_split(read_idx(need(folder, f"{part}-images-idx3-ubyte"))[:, None],
                            read_idx(need(folder, f"{part}-labels-idx1-ubyte")), folder / part)
                   for part in ("train", "t10k"))
    return divide(train, test, held)


def _cifar_archive(path, names, images):
    """<part>/<class>/NNNN.jpg, in the order of the binary batches: interleaved by class."""
    from PIL import Image  # only this data set needs it

    windows = np.zeros((images, 3, 32, 32), np.uint8)
    truth = np.full(images, -1, np.int64)
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                if not member.isfile():
                    continue
                _, name, file = member.name.rsplit("/", 2)
                label, number = names.index(name), int(file.removesuffix(".jpg"))
                image = Image.open(io.BytesIO(archive.extractfile(member).read())).convert("RGB")
                row = 10 * number + label
                windows[row], truth[row] = np.asarray(image).transpose(2, 0, 1), label
    except (OSError, ValueError, IndexError, tarfile.TarError) as error:
        raise BadInput(f"cannot read {path}: {error}; it must hold <part>/<class>/NNNN.jpg") from error
    if (truth < 0).any():
        raise BadInput(f"{path} holds {(truth >= 0).sum()} of {images} images; fetch it again")
    return Split(windows, truth)


def _cifar_binary(path):
    """Records of one label byte and 3 x 32 x 32 bytes."""
    raw = np.frombuffer(_bytes(path), np.uint8)
    if raw.size == 0 or raw.size % 3073:
        raise BadInput(f"{path} holds {raw.size} bytes, no multiple of 3073")
    raw = raw.reshape(-1, 3073)
    return Split(raw[:, 1:].reshape(-1, 3, 32, 32).copy(), raw[:, 0].astype(np.int64))


def cifar_10(folder, held):
    folder = within(folder, ("cifar-10",))
    if find(folder, "data_batch_1.bin"):
        batches = [_cifar_binary(need(folder, f"data_batch_{i}.bin")) for i in range(1, 6)]
        train = Split(np.concatenate([b.windows for b in batches]),
                      np.concatenate([b.truth for b in batches]))
    else:
        names = need(folder, "batches.meta.txt").read_text().split()
        train = _cifar_archive(need(folder, "cifar10_train_jpeg.tar"), names, 50000)
    return divide(train, _cifar_binary(need(folder, "test_batch.bin")), held)


def _middle(samples, length):
    """`length` samples around the middle, zeros where there are none."""
    if len(samples) > length:
        begin = (len(samples) - length) // 2
        return samples[begin:begin + length]
    return np.pad(samples, ((length - len(samples)) // 2, (length - len(samples) + 1) // 2))


def spoken_digits(folder, samples):
    """The Free Spoken Digit Dataset: (windows [N, 1, samples] with a recording in the middle of each, truth,
    speakers, the number of the recording among those of its digit and speaker)."""
    folder = within(folder, ("digits", "fsdd"))
    audio, offsets, truth, speakers, index = (
        read_npy(need(folder, f"{name}.npy"))
        for name in ("audio_i16_8k", "offsets", "labels", "speakers", "index"))
    if not len(offsets) - 1 == len(truth) == len(speakers) == len(index) or offsets[-1] > len(audio):
        raise BadInput(f"{folder}: offsets.npy, labels.npy, speakers.npy and index.npy are not of as many "
                       "recordings, or end behind audio_i16_8k.npy")
    windows = np.stack([_middle(audio[begin:end], samples) for begin, end in zip(offsets, offsets[1:])])
    return windows[:, None], truth.astype(np.int64), speakers.astype(np.int64), index


@dataclass
class Recorded:
    """Windows of the drive end's accelerometer, in the order of the recordings, none of which overlap."""
    windows: np.ndarray  # float32 [N, 1, samples]
    truth: np.ndarray
    load: np.ndarray  # of the motor, horsepower
    diameter: np.ndarray  # of the damage, thousandths of an inch; 0: none
    place: np.ndarray  # in the recording, 0 to 1


def bearings(folder, labels, samples):
    """The bearings of Case Western Reserve University."""
    folder = within(folder, ("bearing", "cwru-bearing"))
    acceleration, offsets = (read_npy(need(folder, f"{name}.npy")) for name in ("acceleration_g", "offsets"))
    with io.TextIOWrapper(io.BytesIO(_bytes(need(folder, "recordings.csv"))), encoding="utf-8") as text:
        recordings = list(csv.DictReader(text))
    if len(offsets) != len(recordings) + 1 or offsets[-1] > acceleration.shape[-1]:
        raise BadInput(f"{folder}: recordings.csv names {len(recordings)} recordings, offsets.npy "
                       f"{len(offsets) - 1}, or they end behind acceleration_g.npy")
    parts = []
    for about, begin, end in zip(recordings, offsets, offsets[1:]):
        count = (end - begin) // samples
        parts.append((acceleration[0, begin:begin + count * samples].reshape(count, 1, samples),
                      np.full(count, labels.index(about["fault"])), np.full(count, int(about["load_hp"])),
                      np.full(count, int(about["diameter_mils"])), np.arange(count) / count))
    return Recorded(*(np.concatenate(column) for column in zip(*parts)))


def _simulate(program, folder, readings, seed):
    command = [str(program), "simulate", "--task", "vibration", "--readings", str(readings),
               "--seed", str(seed), "--out", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BadInput(f"cannot run {program}: {error}; name the front door or the built program "
                       "with --program") from error
    if done.returncode != 0:
        raise BadInput(f"'{' '.join(command)}' failed with code {done.returncode}: "
                       f"{done.stderr.strip() or 'no message'}")
    return as_split(read_npy(folder / "X.npy"), read_npy(folder / "y.npy"), folder)


def vibration(program, folder, readings, seeds):
    """Three runs of the simulator that share no seed, and so no machine, load or noise."""
    parts = {}
    for part, count in readings.items():
        target = folder / f"simulated-{part}"
        target.mkdir(parents=True, exist_ok=True)
        parts[part] = _simulate(program, target, count, seeds[part])
    return Data(**parts)


def read_windows(path):
    """As read_npy; a plain file is not read as a whole, but where it is looked at."""
    if path.suffix == ".npy":
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            if array.dtype.isnative and array.flags.c_contiguous:
                return array
        except (ValueError, OSError, EOFError, SyntaxError, tokenize.TokenError):
            pass  # read_npy says what is wrong
    return read_npy(path)


def own(folder, labels, seed):
    """X.npy and y.npy, and beside them X_test.npy and y_test.npy or else a fifth of the rows, drawn
    by the seed, as the test part, and a fifth for the validation part: whole groups where groups.npy
    names one a row. Returns the data and, for each row of X.npy, its part (splits.py)."""
    folder = pathlib.Path(folder)
    everything = as_split(read_windows(need(folder, "X.npy")), read_npy(need(folder, "y.npy")), folder)
    everything.groups = _groups(folder, "groups.npy", len(everything))
    test = None
    if find(folder, "X_test.npy"):
        test = as_split(read_windows(need(folder, "X_test.npy")), read_npy(need(folder, "y_test.npy")),
                        folder / "test")
        test.groups = _groups(folder, "groups_test.npy", len(test))
    part = parts_of(everything, labels, seed, test is not None)
    return Data(everything.take(part == splits.TRAIN), everything.take(part == splits.VALIDATION),
                everything.take(part == splits.TEST) if test is None else test), part


def _groups(folder, name, rows):
    path = find(folder, name)
    if path is None:
        return None
    groups = as_column(read_npy(path))
    if groups.shape != (rows,) or not np.issubdtype(groups.dtype, np.integer):
        raise BadInput(f"{folder}/{name} is {groups.dtype} {groups.shape}; it must be one integer a "
                       f"window, {rows}")
    return groups.astype(np.int64)


def parts_of(everything, labels, seed, has_test):
    if everything.groups is None:
        return splits.by_rows(everything.truth, labels, seed, has_test)
    if len(np.unique(everything.groups)) < 3 - has_test:
        raise BadInput(f"groups.npy names {len(np.unique(everything.groups))} groups; {3 - has_test} are the "
                       "least that can be split; record more persons, machines or days")
    return splits.by_groups(everything.truth, everything.groups, labels, seed, has_test)


def write_arrays(folder, data):
    """For `biglittle tune` and `evaluate`, where they cannot read the data set itself."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in ("validation", "test"):
            split = getattr(data, part)
            np.save(folder / f"X_{part}.npy", split.windows)
            np.save(folder / f"y_{part}.npy", split.truth.astype(np.int32))
            groups = folder / f"groups_{part}.npy"
            if split.groups is not None:
                np.save(groups, split.groups.astype(np.int32))
            elif groups.exists():
                groups.unlink()  # of an earlier run
    except OSError as error:
        raise BadInput(f"cannot write to {folder}: {error}; choose another --work") from error


def write_own(folder, windows, truth, groups, labels, rate_hz):
    """A folder as a user brings it for a task of his own."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "X.npy", windows)
        np.save(folder / "y.npy", truth.astype(np.int32))
        np.save(folder / "groups.npy", groups.astype(np.int32))
        (folder / "labels.txt").write_text("".join(f"{label}\n" for label in labels), encoding="utf-8")
        (folder / "input.json").write_text(json.dumps({"rate_hz": rate_hz}) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot write to {folder}: {error}; choose another --work") from error
