"""What models/train/features.py computes, against the definitions written out in NumPy, and, of the same ONNX
file, what the engine computes. Arguments: the built biglittle, the source tree."""

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

PROGRAM, HOME = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
sys.path.insert(0, str(HOME / "models/train"))

import torch  # noqa: E402

import export  # noqa: E402
import features  # noqa: E402
import nets  # noqa: E402

RATE, SAMPLES = 8000, 2000
RANDOM = np.random.default_rng(1)


def check(holds, what):
    if not holds:
        sys.exit(f"features_test.py: {what}")


def windows(channels, samples=SAMPLES):
    """Tones in noise, as int16 samples of full scale 1."""
    time = np.arange(samples) / RATE
    pitch = RANDOM.uniform(100, 3500, (5, channels, 1))
    return (0.3 * np.sin(2 * np.pi * pitch * time) + RANDOM.normal(0, 0.05, (5, channels, samples))
            + 0.02).astype(np.float32)


def hann(n):
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)


def frames(x, frame, hop):
    count = 1 + (x.shape[-1] - frame) // hop
    return np.stack([x[..., i * hop:i * hop + frame] for i in range(count)], -2)


def power(x, frame, hop):
    return np.abs(np.fft.rfft(frames(x, frame, hop) * hann(frame))) ** 2


def triangles(rate, frame, mels, low, high, to_mel, to_hz, area):
    """Slope by slope, as librosa's and torchaudio's texts have it."""
    edges = to_hz(np.linspace(to_mel(low), to_mel(high), mels + 2))
    bank = np.zeros((frame // 2 + 1, mels))
    for m in range(mels):
        for k in range(frame // 2 + 1):
            f = k * rate / frame
            if edges[m] <= f <= edges[m + 1]:
                bank[k, m] = (f - edges[m]) / (edges[m + 1] - edges[m])
            elif edges[m + 1] < f <= edges[m + 2]:
                bank[k, m] = (edges[m + 2] - f) / (edges[m + 2] - edges[m + 1])
        if area:
            bank[:, m] *= 2 / (edges[m + 2] - edges[m])
    return bank


def htk(rate, frame, mels, low, high, area=False):
    return triangles(rate, frame, mels, low, high, lambda f: 2595 * np.log10(1 + f / 700),
                     lambda m: 700 * (10 ** (m / 2595) - 1), area)


def slaney_mel(f):
    return f / (200 / 3) if f < 1000 else 15 + np.log(f / 1000) / (np.log(6.4) / 27)


def slaney_hz(mels):
    return np.array([m * 200 / 3 if m < 15 else 1000 * np.exp((m - 15) * np.log(6.4) / 27) for m in mels])


def torchaudio_mel(x):
    """MelSpectrogram(rate, n_fft=256, n_mels=40): centre, reflect, HTK, no norm, power 2."""
    padded = np.pad(x, [(0, 0), (0, 0), (128, 128)], mode="reflect")
    return (power(padded, 256, 128) @ htk(RATE, 256, 40, 0, RATE / 2)).swapaxes(-1, -2)


def librosa_mel(x):
    """melspectrogram(n_fft=512, hop_length=128, n_mels=32): centre, zeros, Slaney's scale and norm."""
    padded = np.pad(x, [(0, 0), (0, 0), (256, 256)])
    bank = triangles(RATE, 512, 32, 0.0, RATE / 2, slaney_mel, slaney_hz, True)
    return (power(padded, 512, 128) @ bank).swapaxes(-1, -2)


def keyword_mfcc(x):
    """MLPerf Tiny's, at half its rate: magnitude, HTK mel, log(x + 1e-6), the first ten of DCT-II."""
    bands = np.log(np.sqrt(power(x, 256, 160)) @ htk(RATE, 256, 40, 20, 4000) + 1e-6)
    n, k = np.arange(40)[:, None], np.arange(10)[None]
    dct = np.cos(np.pi / 40 * (n + 0.5) * k) * np.sqrt(2 / 40)
    dct[:, 0] /= np.sqrt(2)
    return (bands @ dct).swapaxes(-1, -2)


def moments(x):
    deviation = x.std(-1)
    rest = x - x.mean(-1, keepdims=True)
    return deviation, (rest ** 3).mean(-1) / deviation ** 3, (rest ** 4).mean(-1) / deviation ** 4


def flatten(x):
    """Edge Impulse's."""
    deviation, skew, kurtosis = moments(x)
    return np.concatenate([x.mean(-1), x.min(-1), x.max(-1), np.sqrt((x ** 2).mean(-1)), deviation, skew,
                           kurtosis], 1)


def spectral(x):
    """Edge Impulse's: Welch's frames, no window, the largest of each bin."""
    x = x - x.mean(-1, keepdims=True)
    _, skew, kurtosis = moments(x)
    most = (np.abs(np.fft.rfft(frames(x, 128, 64))) ** 2 / 128).max(-2)
    return np.concatenate([np.sqrt((x ** 2).mean(-1)), skew, kurtosis,
                           np.log10(most[..., 1:] + 1e-12).reshape(len(x), -1)], 1)


def spectrum(x):
    w = hann(x.shape[-1])
    x = (x - x.mean(-1, keepdims=True)) * w
    two = np.abs(np.fft.rfft(x))[..., 1:] ** 2 / w.sum() ** 2
    return 0.5 * np.log(two.reshape(*x.shape[:2], -1, 2).mean(-1) + 1e-12)


def envelope(x):
    """The magnitude of the analytic signal of the band, by its own definition: a sum of cosines and sines."""
    n = x.shape[-1]
    whole = np.fft.fft(x)
    f = np.arange(n) * RATE / n
    keep = (f >= 1000) & (f < 3000) & (np.arange(n) <= n // 2)
    cut = np.where(keep | np.roll(keep[::-1], 1), whole, 0)
    band = np.fft.ifft(cut).real
    turned = np.fft.ifft(np.where(keep, -1j * cut, np.where(np.roll(keep[::-1], 1), 1j * cut, 0))).real
    hull = np.sqrt(band ** 2 + turned ** 2 + 1e-12)
    w = hann(n)
    two = np.abs(np.fft.rfft((hull - hull.mean(-1, keepdims=True)) * w)[..., 1:101]) ** 2 / w.sum() ** 2
    return 0.5 * np.log(two + 1e-12)


CASES = {
    "scaling": (features.Scaling(1 / 3), lambda x: x / 3, 1),
    "mean removal": (features.MeanRemoval(), lambda x: x - x.mean(-1, keepdims=True), 2),
    "torchaudio's mel": (features.LogMel(RATE, 256, 128, 40, centre="reflect", log=False), torchaudio_mel, 1),
    "librosa's mel": (features.LogMel(RATE, 512, 128, 32, mel_scale="slaney", norm="slaney", centre="constant",
                                      log=False), librosa_mel, 2),
    "keyword MFCC": (features.Mfcc(features.LogMel(RATE, 256, 160, 40, 20, 4000, magnitude=True), 10),
                     keyword_mfcc, 1),
    "spectrogram": (features.Spectrogram(200, 90),
                    lambda x: np.log(power(x, 200, 90) + 1e-6).swapaxes(-1, -2), 2),
    "spectrum": (features.Spectrum(SAMPLES, 2), spectrum, 3),
    "statistics": (features.Statistics(), flatten, 3),
    "spectral features": (features.SpectralFeatures(128), spectral, 3),
    "envelope spectrum": (features.EnvelopeSpectrum(SAMPLES, RATE, 1000, 3000, 100), envelope, 2),
}


def engine(module, x, folder):
    """Of the features as a net's logits, so that the exporter writes them as it writes nets."""
    net = nets.Fronted(module, torch.nn.Flatten(1))
    model = folder / "features.onnx"
    export.write_onnx(net, x.shape[1:], model)
    return classify(model, x, folder)


def classify(model, x, folder):
    np.save(folder / "x.npy", x)
    done = subprocess.run([str(PROGRAM), "classify", "--model", str(model), "--input", str(folder / "x.npy"),
                           "--json", str(folder / "out.json")], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"the engine refuses it: {done.stderr}")
    return np.array(json.loads((folder / "out.json").read_text(encoding="utf-8"))["outputs"])


def near(found, expected):
    """Logarithms of almost nothing differ in their digits, not in what they mean."""
    return float(np.abs(found - expected).max() / (1e-3 + np.abs(expected).max()))


def whole_net(folder):
    """A net behind its features, of lengths whose frames ONNX counts wrongly: what is shipped is what was
    trained."""
    torch.manual_seed(1)
    for samples, frame, hop in ((220500, 2048, 1379), (SAMPLES, 200, 90)):
        front = features.LogMel(RATE, frame, hop, 40)
        net = nets.Fronted(front, nets.listening(2, 1, 5, 8, (12, 16, 16))).eval()
        x = windows(1, samples)
        with torch.no_grad():
            expected = net(torch.from_numpy(x)).numpy()
        model = folder / "net.onnx"
        export.write_onnx(net, x.shape[1:], model)
        answered = classify(model, x, folder)
        check(near(answered, expected) < 1e-3, f"a net behind {samples} samples is {near(answered, expected):.1e} off")


def run(folder):
    for name, (module, definition, channels) in CASES.items():
        x = windows(channels)
        expected = definition(x.astype(np.float64)).reshape(len(x), -1)
        with torch.no_grad():
            found = module(torch.from_numpy(x)).reshape(len(x), -1).numpy()
        check(found.shape == expected.shape, f"{name}: {found.shape}, defined as {expected.shape}")
        check(near(found, expected) < 2e-4, f"{name} is {near(found, expected):.1e} off its definition")
        answered = engine(module, x, folder)
        check(near(answered, expected) < 2e-4, f"{name}, by the engine, is {near(answered, expected):.1e} off")
        print(f"{name}: {near(found, expected):.1e}, by the engine {near(answered, expected):.1e}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        run(pathlib.Path(scratch))
        whole_net(pathlib.Path(scratch))
