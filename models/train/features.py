"""What a net does with a window before it learns: functions of one window, as modules that are part of the
net, so that device, worker, `tune` and `evaluate` compute them by the same file. None has parameters that
training changes. A window is [N, channels, samples], float32, in the units that its module says.

The Fourier transforms are those of ONNX (opset 17): `DFT` and `STFT`, which the engine has; no kernel of
cosines is stored. Golden values: tests/models/features_test.py, against torchaudio and NumPy."""

import math

import numpy as np
import torch
from torch import nn

# Below what a sensor resolves: keeps logarithms finite.
EPSILON = 1e-6


class _Spectrum(torch.autograd.Function):
    """[..., samples] to [..., samples // 2 + 1, 2], real and imaginary: the first half of the transform."""

    @staticmethod
    def forward(context, x):
        return torch.view_as_real(torch.fft.rfft(x))

    @staticmethod
    def symbolic(graph, x):
        rank = x.type().dim()
        last = graph.op("Constant", value_t=torch.tensor([rank], dtype=torch.int64))
        return graph.op("DFT", graph.op("Unsqueeze", x, last), axis_i=rank - 1, onesided_i=1)


class _AnalyticSignal(torch.autograd.Function):
    """[..., samples] and a mask [samples, 1] over its transform to [..., samples, 2]: the inverse
    transform of the masked one. Masked to twice the positive frequencies it is the analytic signal."""

    @staticmethod
    def forward(context, x, mask):
        return torch.view_as_real(torch.fft.ifft(torch.fft.fft(x) * mask[:, 0]))

    @staticmethod
    def symbolic(graph, x, mask):
        rank = x.type().dim()
        last = graph.op("Constant", value_t=torch.tensor([rank], dtype=torch.int64))
        whole = graph.op("DFT", graph.op("Unsqueeze", x, last), axis_i=rank - 1)
        return graph.op("DFT", graph.op("Mul", whole, mask), axis_i=rank - 1, inverse_i=1)


class _ShortTime(torch.autograd.Function):
    """[N, samples] and a window [frame] to [N, frames, bins, 2], each frame `hop` after the one before."""

    @staticmethod
    def forward(context, x, window, hop):
        frame = len(window)
        return torch.view_as_real(torch.stft(x, frame, hop, frame, window, center=False,
                                             return_complex=True)).transpose(1, 2)

    @staticmethod
    def symbolic(graph, x, window, hop):
        step = graph.op("Constant", value_t=torch.tensor(hop, dtype=torch.int64))
        last = graph.op("Constant", value_t=torch.tensor([2], dtype=torch.int64))
        return graph.op("STFT", graph.op("Unsqueeze", x, last), step, window, onesided_i=1)


def _power(spectrum):
    """Of [..., 2], real and imaginary."""
    return (spectrum * spectrum).sum(-1)


class Scaling(nn.Module):
    """x * factor: of int16 samples 1 / 32768 makes -1 to 1."""

    def __init__(self, factor):
        super().__init__()
        self.factor = float(factor)

    def forward(self, x):
        return x * self.factor


class MeanRemoval(nn.Module):
    """Each channel less its mean in the window."""

    def forward(self, x):
        return x - x.mean(-1, keepdim=True)


class Spectrum(nn.Module):
    """log(|DFT of the window under a Hann window| + epsilon) a channel, [N, channels, bins]; the mean is
    removed first, and with it the bin of 0 Hz. `pool` > 1: the mean power of so many neighbouring bins."""

    def __init__(self, samples, pool=1):
        super().__init__()
        self.register_buffer("window", torch.hann_window(samples))
        self.bins, self.pool = (samples // 2) // pool * pool, pool
        self.scale = 1.0 / float(self.window.sum())

    def forward(self, x):
        x = (x - x.mean(-1, keepdim=True)) * self.window
        power = _power(_Spectrum.apply(x))[..., 1:self.bins + 1] * self.scale ** 2
        if self.pool > 1:
            power = nn.functional.avg_pool1d(power, self.pool)
        return 0.5 * torch.log(power + EPSILON ** 2)


class Spectrogram(nn.Module):
    """log(power + epsilon) of frames of `frame` samples, `hop` apart, under a periodic Hann window:
    [N, channels, bins, frames]."""

    def __init__(self, frame, hop, epsilon=EPSILON):
        super().__init__()
        self.register_buffer("window", torch.hann_window(frame))
        self.hop, self.epsilon = hop, epsilon

    def power(self, x):
        """[N, samples] to [N, frames, bins]."""
        return _power(_ShortTime.apply(x, self.window, self.hop))

    def forward(self, x):
        maps = [torch.log(self.power(x[:, c]) + self.epsilon).transpose(1, 2) for c in range(x.shape[1])]
        return torch.stack(maps, 1)


def hz_to_mel(hz, scale):
    """scale "htk": 2595 log10(1 + f / 700). "slaney": linear below 1 kHz, logarithmic above."""
    hz = np.asarray(hz, np.float64)
    if scale == "htk":
        return 2595.0 * np.log10(1.0 + hz / 700.0)
    step = 200.0 / 3.0
    return np.where(hz < 1000.0, hz / step,
                    15.0 + np.log(np.maximum(hz, 1.0) / 1000.0) * 27.0 / math.log(6.4))


def mel_to_hz(mel, scale):
    mel = np.asarray(mel, np.float64)
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    return np.where(mel < 15.0, mel * 200.0 / 3.0, 1000.0 * np.exp((mel - 15.0) * math.log(6.4) / 27.0))


def mel_matrix(rate_hz, frame, mels, low_hz=0.0, high_hz=None, scale="htk", norm=None):
    """[bins, mels]: triangles over the transform's frequencies, as torchaudio (scale "htk", norm None)
    and librosa (scale "slaney", norm "slaney": each of area 1) make them."""
    high_hz = rate_hz / 2 if high_hz is None else high_hz
    bins = np.linspace(0.0, rate_hz / 2, frame // 2 + 1)
    edges = mel_to_hz(np.linspace(hz_to_mel(low_hz, scale), hz_to_mel(high_hz, scale), mels + 2), scale)
    rising = (bins[:, None] - edges[None, :-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[None, 2:] - bins[:, None]) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    if norm == "slaney":
        triangles = triangles * (2.0 / (edges[2:] - edges[:-2]))
    return torch.from_numpy(triangles.astype(np.float32))


class LogMel(nn.Module):
    """log(mel + epsilon) of the power (or, `magnitude`, its root) in mel bands: [N, channels, mels, frames].
    `centre`: frames are centred on multiples of `hop`, the window padded by half a frame on both sides
    with "constant" (zeros, librosa) or "reflect" (torchaudio); None: only whole frames."""

    def __init__(self, rate_hz, frame, hop, mels, low_hz=0.0, high_hz=None, mel_scale="htk", norm=None,
                 magnitude=False, centre=None, epsilon=EPSILON, log=True):
        super().__init__()
        self.spectrogram = Spectrogram(frame, hop)
        self.register_buffer("mel", mel_matrix(rate_hz, frame, mels, low_hz, high_hz, mel_scale, norm))
        self.magnitude, self.centre, self.epsilon, self.log = magnitude, centre, epsilon, log
        self.half = frame // 2

    def _of_channel(self, x):
        if self.centre:
            x = nn.functional.pad(x[:, None], (self.half, self.half), mode=self.centre)[:, 0]
        power = self.spectrogram.power(x)
        bands = torch.matmul(power.sqrt() if self.magnitude else power, self.mel)
        return (torch.log(bands + self.epsilon) if self.log else bands).transpose(1, 2)

    def forward(self, x):
        return torch.stack([self._of_channel(x[:, c]) for c in range(x.shape[1])], 1)


def dct_matrix(inputs, outputs):
    """[inputs, outputs]: DCT-II, orthonormal, as torchaudio's and TensorFlow's up to the factor 2."""
    n, k = np.arange(inputs)[:, None], np.arange(outputs)[None]
    matrix = np.cos(math.pi / inputs * (n + 0.5) * k) * math.sqrt(2.0 / inputs)
    matrix[:, 0] *= math.sqrt(0.5)
    return torch.from_numpy(matrix.astype(np.float32))


class Mfcc(nn.Module):
    """The first `coefficients` of the DCT-II of each frame of a LogMel: [N, channels, coefficients, frames]."""

    def __init__(self, log_mel, coefficients):
        super().__init__()
        self.log_mel = log_mel
        self.register_buffer("dct", dct_matrix(log_mel.mel.shape[1], coefficients))

    def forward(self, x):
        return torch.matmul(self.log_mel(x).transpose(2, 3), self.dct).transpose(2, 3)


def _shape(rest, deviation):
    """Skew and kurtosis (3 for a bell curve) of what is left without the mean."""
    unit = rest / (deviation + EPSILON)[..., None]
    square = unit * unit
    return (square * unit).mean(-1), (square * square).mean(-1)


class Statistics(nn.Module):
    """Edge Impulse's "flatten": mean, minimum, maximum, RMS, population deviation, skew and kurtosis a
    channel: [N, 7 * channels], all means first."""

    def forward(self, x):
        mean = x.mean(-1)
        rest = x - mean[..., None]
        deviation = (rest * rest).mean(-1).sqrt()
        skew, kurtosis = _shape(rest, deviation)
        return torch.cat([mean, x.amin(-1), x.amax(-1), (x * x).mean(-1).sqrt(), deviation, skew,
                          kurtosis], 1)


class SpectralFeatures(nn.Module):
    """Edge Impulse's "spectral analysis", without its filter: mean removed; RMS, skew, kurtosis, and log10
    of the largest power |DFT|^2 / frame over frames that overlap by half, without a window: [N, channels *
    (3 + frame / 2)], the bin of 0 Hz left out."""

    def __init__(self, frame):
        super().__init__()
        self.register_buffer("window", torch.ones(frame))
        self.hop = max(1, frame // 2)

    def forward(self, x):
        x = x - x.mean(-1, keepdim=True)
        deviation = (x * x).mean(-1).sqrt()
        skew, kurtosis = _shape(x, deviation)
        most = torch.cat([_power(_ShortTime.apply(x[:, c], self.window, self.hop)).amax(1)[:, 1:]
                          for c in range(x.shape[1])], 1) * (1.0 / len(self.window))
        bands = torch.log(most + EPSILON ** 2) * (1.0 / math.log(10.0))
        return torch.cat([deviation, skew, kurtosis, bands], 1)


class EnvelopeSpectrum(nn.Module):
    """log(|spectrum of the envelope| + epsilon) of a band, [N, channels, bins] up to `highest` bins: the
    band low_hz to high_hz is cut out of the transform, its analytic signal's magnitude is the envelope,
    the envelope's mean is removed. A worn bearing knocks; the band is where the housing rings, the
    envelope's spectrum shows how often. Source: Randall, Antoni, "Rolling element bearing diagnostics - a
    tutorial", 2011."""

    def __init__(self, samples, rate_hz, low_hz, high_hz, highest):
        super().__init__()
        frequencies = np.arange(samples) * rate_hz / samples
        mask = np.where((frequencies >= low_hz) & (frequencies < high_hz)
                        & (np.arange(samples) <= samples // 2), 2.0, 0.0)
        self.register_buffer("mask", torch.from_numpy(mask.astype(np.float32))[:, None])
        self.register_buffer("window", torch.hann_window(samples))
        self.highest, self.scale = highest, 1.0 / float(self.window.sum())

    def forward(self, x):
        envelope = (_power(_AnalyticSignal.apply(x, self.mask)) + EPSILON ** 2).sqrt()
        envelope = (envelope - envelope.mean(-1, keepdim=True)) * self.window
        power = _power(_Spectrum.apply(envelope))[..., 1:self.highest + 1] * self.scale ** 2
        return 0.5 * torch.log(power + EPSILON ** 2)


class Beside(nn.Module):
    """The features of several modules, [N, channels, bins] each of as many bins, as channels of one."""

    def __init__(self, parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x):
        return torch.cat([part(x) for part in self.parts], 1)


class Standardising(nn.Module):
    """(x - mean) / deviation, held to -most to most: no reading is worth more than that."""

    def __init__(self, mean, deviation, most=10.0):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("factor", 1.0 / deviation)
        self.most = most

    @staticmethod
    def of(features, per_row=True):
        """Learned from features [N, ...]: one mean a row of a map or a vector's element, over readings
        and frames."""
        axes = [0] if features.dim() == 2 else [0, features.dim() - 1] if per_row else [0, 2, 3]
        mean = features.mean(axes, keepdim=True)
        deviation = features.std(axes, unbiased=False, keepdim=True).clamp_min(1e-3)
        return Standardising(mean, deviation)

    def forward(self, x):
        return ((x - self.mean) * self.factor).clamp(-self.most, self.most)
