"""Which features suit which kind of data, and which of them do best here: what `--features auto` tries, and
what it says about its choice."""

import math
import time
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch

import features
from bad_input import BadInput

KINDS = ("sound", "vibration", "motion", "signal", "image", "vector")
# Beyond, a net of convolutions over the samples themselves would be slow to train and to run.
_LONGEST_RAW = 4096
_MOST_FRAMES = 160
_MOST_BINS = 512
LEAST_OF_MAP = 8


@dataclass
class Front:
    """A fixed module in front of the nets, and what comes out of it, without the batch."""
    name: str
    title: str
    module: torch.nn.Module  # None: nothing, the nets get what the device normalises
    shape: list = None

    @property
    def layout(self):
        return {1: "vector", 2: "sequence", 3: "map"}[len(self.shape)]


def kind_of(shape, dtype, rate_hz, wanted=None):
    """The kind of data, and by what it was told."""
    rest = [extent for extent in shape[1:] if extent != 1]
    if wanted:
        return wanted, "--kind"
    if not rest:
        return "vector", "one number a feature"
    if len(shape) == 3:
        return "image", "rows and columns"
    if rate_hz is None:
        return "signal", "samples of an unknown rate"
    # What was recorded as int16 and brought to another rate is float32.
    if shape[0] <= 2 and rate_hz >= (4000 if dtype == "int16" else 8000):
        return "sound", f"{shape[0]} channels of {dtype} at {rate_hz:g} Hz"
    if rate_hz >= 400:
        return "vibration", f"{shape[0]} channels at {rate_hz:g} Hz"
    return "motion", f"{shape[0]} channels at {rate_hz:g} Hz"


def _power_of_two(least):
    return 1 << max(3, math.ceil(math.log2(max(8.0, least))))


def _frames(samples, rate_hz):
    """Frame and hop of a sound's spectrogram: some 32 ms, half overlapping, no more frames than a net can
    look at."""
    frame = _power_of_two(0.75 * 0.032 * rate_hz)
    hop = max(frame // 2, math.ceil(samples / _MOST_FRAMES))
    while frame < hop:
        frame *= 2
    while frame > samples and frame > 16:
        frame //= 2
        hop = max(1, frame // 2)
    return frame, hop


def _log_mel(windows, rate_hz):
    samples = windows.shape[-1]
    frame, hop = _frames(samples, rate_hz)
    mels = 64 if rate_hz >= 16000 else 40
    return features.LogMel(rate_hz, frame, hop, mels, low_hz=20.0), f"{mels} mel bands of frames of {frame}, {hop} apart"


def _mfcc(windows, rate_hz):
    module, title = _log_mel(windows, rate_hz)
    return features.Mfcc(module, 20), f"20 coefficients of {title}"


def _spectrogram(windows, rate_hz):
    frame = _power_of_two(windows.shape[-1] / 32)
    hop = max(1, frame // 2)
    return features.Spectrogram(frame, hop), f"frames of {frame}, {hop} apart"


def _spectrum(windows, rate_hz):
    samples = windows.shape[-1]
    pool = math.ceil(samples / 2 / _MOST_BINS)
    return features.Spectrum(samples, pool), f"{samples // 2 // pool} bands of one Hann window"


def _envelope(windows, rate_hz):
    """Of the upper half of the band, where housings ring; the envelope up to a tenth of the rate."""
    samples = windows.shape[-1]
    rate = rate_hz or 1.0
    highest = max(8, min(_MOST_BINS, samples // 10))
    return (features.EnvelopeSpectrum(samples, rate, 0.15 * rate, 0.48 * rate, highest),
            f"{highest} bins of the envelope of 0.15 to 0.48 of the rate")


def _statistics(windows, rate_hz):
    return features.Statistics(), "seven statistics a channel"


def _spectral(windows, rate_hz):
    samples = windows.shape[-1]
    frame = min(_power_of_two(samples / 4), 256)
    while frame > samples:
        frame //= 2
    return features.SpectralFeatures(frame), f"shape and largest spectrum of frames of {frame}"


@dataclass(frozen=True)
class Choice:
    title: str
    make: Callable  # (windows, rate_hz) -> module, words
    needs: tuple  # what the data must be like: "rate", "samples"


CHOICES = {
    "raw": Choice("the samples themselves", None, ()),
    "log-mel": Choice("log-mel spectrogram", _log_mel, ("samples", "rate")),
    "mfcc": Choice("MFCC", _mfcc, ("samples", "rate")),
    "spectrogram": Choice("log spectrogram", _spectrogram, ("samples",)),
    "spectrum": Choice("log spectrum", _spectrum, ("samples",)),
    "envelope": Choice("spectrum of the envelope", _envelope, ("samples",)),
    "standardised": Choice("standardised features, held to ten deviations", None, ()),
    "statistics": Choice("statistics", _statistics, ("samples",)),
    "spectral": Choice("spectral features", _spectral, ("samples",)),
}
_SUITS = {"sound": ("log-mel", "mfcc", "raw"), "vibration": ("spectrum", "envelope", "spectrogram", "raw"),
          "motion": ("raw", "spectral", "spectrogram"), "signal": ("raw", "spectrum", "spectrogram"),
          "image": ("raw",), "vector": ("standardised",)}
_LEAST_SAMPLES = 32


def _scale_of(windows):
    """Brings what a sensor gives near to -1 to 1: int16 by its range, floats by their own deviation."""
    if windows.dtype == np.int16:
        return 1.0 / 32768.0
    if windows.dtype == np.uint8:
        return 1.0 / 255.0
    sample = np.asarray(windows[:: max(1, len(windows) // 500)], np.float64)
    deviation = float((sample - sample.mean()).std())
    return float(f"{0.1 / deviation:.4g}") if deviation > 0 else 1.0


def make(name, windows, rate_hz):
    """The front of that name for windows [N, channels, samples]. BadInput where it makes no sense."""
    choice = CHOICES[name]
    if name == "standardised":
        if math.prod(windows.shape[1:]) != max(windows.shape[1:]):
            raise BadInput(f"--features {name} is of vectors [N, features], not of {tuple(windows.shape[1:])}")
        return Front(name, choice.title, torch.nn.Flatten())
    if choice.make is None:
        return Front(name, choice.title, None)
    if windows.ndim != 3 or windows.shape[-1] < _LEAST_SAMPLES:
        raise BadInput(f"--features {name} is of windows [channels, samples] of {_LEAST_SAMPLES} samples or "
                       f"more, not of {tuple(windows.shape[1:])}")
    if "rate" in choice.needs and not rate_hz:
        raise BadInput(f"--features {name} needs the rate: let input.json beside X.npy say it, "
                       '{"rate_hz": 16000}, as `biglittle new` does')
    module, words = choice.make(windows, rate_hz)
    front = Front(name, f"{choice.title}, {words}",
                  torch.nn.Sequential(features.Scaling(_scale_of(windows)), module))
    shape = compute(front.module, windows[:2]).shape
    if len(shape) == 4 and min(shape[2:]) < LEAST_OF_MAP:
        raise BadInput(f"--features {name} makes maps of {shape[2]} x {shape[3]} of these windows, {LEAST_OF_MAP} x "
                       f"{LEAST_OF_MAP} are the least: cut longer windows")
    return front


def fitting(kind, windows, rate_hz):
    """Names of what is worth a try, the likeliest first."""
    names = []
    suits = _SUITS[kind]
    if kind == "sound" and windows.dtype == np.float32:
        suits = ("log-mel", "envelope", "raw")  # it may be an accelerometer
    for name in suits:
        if name in ("raw", "standardised"):
            if windows.ndim != 3 or windows.shape[-1] <= _LONGEST_RAW:
                names.append(name)
        elif windows.ndim == 3 and windows.shape[-1] >= _LEAST_SAMPLES and (
                rate_hz or "rate" not in CHOICES[name].needs):
            try:
                make(name, windows, rate_hz)
            except BadInput:  # too short for its maps
                continue
            names.append(name)
    return names or ["raw"]


def compute(module, windows, batch=64):
    """The features of all windows, float32."""
    parts = []
    with torch.no_grad():
        for at in range(0, len(windows), batch):
            parts.append(module(torch.from_numpy(np.array(windows[at:at + batch], np.float32))))
    return torch.cat(parts)


def standardised(front, windows):
    """(the front with what standardises its features behind it, their values for these windows)."""
    values = compute(front.module, windows)
    standard = features.Standardising.of(values)
    whole = Front(front.name, front.title, torch.nn.Sequential(front.module, standard).eval(),
                  list(values.shape[1:]))
    return whole, standard(values)


def choose(names, windows, rate_hz, try_one, say):
    """The front that does best. try_one(front) -> its accuracy on the validation readings. All are told by
    say(line); where two are as good, the earlier is taken."""
    tried = []
    for name in names:
        began = time.monotonic()
        front = make(name, windows, rate_hz)
        score = try_one(front) if len(names) > 1 else None
        tried.append((front, score))
        if score is not None:
            say(f"features {name}: {100 * score:.1f} % of the validation readings after a short training, "
                f"{time.monotonic() - began:.0f} s")
    best = max(tried, key=lambda item: -1 if item[1] is None else item[1])
    return best[0], tried
