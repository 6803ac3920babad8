#!/usr/bin/python3
"""Writes golden/: signals and images, and what SciPy and Pillow make of them.

    /usr/bin/python3 tests/unit/signal/make_goldens.py

NAME.f64: little-endian doubles, NAME.f32: floats, NAME.u8: bytes; frames or rows one after the other.
Needs Debian's python3-scipy and python3-pil.
The tests say again what each NAME is: whoever changes a case here changes it there.
"""

import pathlib

import numpy
from PIL import Image, ImageOps
from scipy import signal

GOLDEN = pathlib.Path(__file__).parent / "golden"

# name: order, cut-offs, kind, rate
FILTERS = {
    "low_1": (1, 10, "lowpass", 100),
    "low_2": (2, 5, "lowpass", 50),
    "low_5": (5, 3000, "lowpass", 16000),
    "low_8": (8, 0.5, "lowpass", 100),
    "high_1": (1, 0.3, "highpass", 50),
    "high_4": (4, 20, "highpass", 6400),
    "high_7": (7, 400, "highpass", 1000),
    "band_1": (1, (20, 30), "bandpass", 100),
    "band_2": (2, (300, 3400), "bandpass", 8000),
    "band_3_wide": (3, (1, 49), "bandpass", 100),
    "band_8": (8, (10, 12), "bandpass", 100),
}

# name: up, down
RATIOS = {
    "resample_1_3": (1, 3),
    "resample_160_441": (160, 441),
    "resample_3_2": (3, 2),
    "resample_1_10": (1, 10),
    "resample_5_1": (5, 1),
}

# name: what, width, height
IMAGES = {
    "squash_10x12": ("squash", 10, 12),
    "squash_40x30": ("squash", 40, 30),
    "squash_5x31": ("squash", 5, 31),
    "shortest_8x8": ("shortest", 8, 8),
    "shortest_30x9": ("shortest", 30, 9),
    "longest_16x16": ("longest", 16, 16),
    "longest_9x20": ("longest", 9, 20),
}
FILL = 114


def write(name, array):
    array.tofile(GOLDEN / name)


def frames(random, count):
    """Two channels: a drifting sensor with steps, and gravity with noise."""
    time = numpy.arange(count)
    first = numpy.sin(0.05 * time) + 0.3 * random.standard_normal(count) + (time // 50) % 2
    second = 9.81 + 0.1 * random.standard_normal(count)
    return numpy.stack([first, second], axis=1).astype(numpy.float32).astype(numpy.float64)


def resized(image, what, size):
    if what == "shortest":
        return ImageOps.fit(image, size, Image.BILINEAR)
    if what == "longest":
        return ImageOps.pad(image, size, Image.BILINEAR, color=(FILL,) * 3)
    return image.resize(size, Image.BILINEAR)


def main():
    GOLDEN.mkdir(exist_ok=True)
    random = numpy.random.RandomState(18)

    x = frames(random, 150)
    write("filter_input.f64", x)
    for name, (order, cutoffs, kind, rate) in FILTERS.items():
        sos = signal.butter(order, cutoffs, kind, output="sos", fs=rate)
        write(f"{name}.f64", signal.sosfilt(sos, x, axis=0))
    sos = signal.butter(4, 20, "highpass", output="sos", fs=6400)
    start = signal.sosfilt_zi(sos)[:, :, None] * x[0]
    write("high_4_settled.f64", signal.sosfilt(sos, x, axis=0, zi=start)[0])

    x = frames(random, 240)
    write("resample_input.f64", x)
    for name, (up, down) in RATIOS.items():
        write(f"{name}.f64", signal.resample_poly(x, up, down, axis=0))

    pixels = random.randint(0, 256, (17, 23, 3)).astype(numpy.uint8)
    pixels[:, :11] = pixels[:, :11] // 4 + numpy.arange(11, dtype=numpy.uint8)[:, None] * 9
    write("image_23x17.u8", pixels)
    for name, (what, width, height) in IMAGES.items():
        image = resized(Image.fromarray(pixels), what, (width, height))
        write(f"{name}.u8", numpy.asarray(image))
    grey = pixels[:, :, 0].astype(numpy.float32) / 255 - 0.5
    write("squash_7x9.f32", numpy.asarray(Image.fromarray(grey).resize((7, 9), Image.BILINEAR)))


if __name__ == "__main__":
    main()
