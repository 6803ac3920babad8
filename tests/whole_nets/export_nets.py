#!/usr/bin/python3
"""Writes whole nets, as PyTorch exports them, with inputs and what PyTorch answers.

    /usr/bin/python3 tests/whole_nets/export_nets.py FOLDER [NAME...]

Torchvision's image classifiers and the small nets of idioms.py; for each NAME: NAME.onnx,
NAME.input.npy (two samples, float32), NAME.logits.npy, and NAME.stamp, which is the digest of what
made them: what is up to date is not written again. Weights are random but seeded. Needs Debian's
python3-torch and python3-torchvision; without them it says so and returns 77.
"""

import hashlib
import pathlib
import sys
import time
import warnings

try:
    import numpy
    import torch
    import torchvision
    from torch import nn
except ImportError as error:
    print(f"whole nets are left out: {error}; install python3-torch and python3-torchvision")
    sys.exit(77)

from idioms import IDIOMS

SAMPLES = 2
IMAGE = (3, 224, 224)


def _image_net(build, **options):
    return lambda: (IMAGE, build(weights=None, **options))


NETS = {
    "alexnet": _image_net(torchvision.models.alexnet),
    "squeezenet1_1": _image_net(torchvision.models.squeezenet1_1),
    "mobilenet_v2": _image_net(torchvision.models.mobilenet_v2),
    "resnet18": _image_net(torchvision.models.resnet18),
    "vgg11": _image_net(torchvision.models.vgg11, init_weights=False),
    "googlenet": _image_net(torchvision.models.googlenet, aux_logits=False, transform_input=False,
                            init_weights=False),
    **IDIOMS,
}
OPSET = 13
OPSETS = {"squeezenet1_1": 11}


def randomise(net, shape):
    """Weights that keep the size of what passes through, and batch statistics that are not
    trivial: those of one pass, between random scales and shifts."""
    norms = []
    for module in net.modules():
        if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight)
            if module.bias is not None:
                nn.init.uniform_(module.bias, -0.1, 0.1)
        elif isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.0, 0.2)
            norms.append(module)
        elif isinstance(module, nn.LayerNorm):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.0, 0.2)
    net.eval()
    for norm in norms:
        norm.train()
        norm.momentum = 1.0
    if norms:
        net(torch.randn(4, *shape))
    net.eval()


def telling(logits):
    """A comparison would say little about numbers that are not finite or hardly differ, and nothing
    about the winner if two are too near."""
    largest = logits.abs().max()
    if not torch.isfinite(logits).all() or not 0.01 < largest < 1e3:
        return False
    if logits.shape[1] < 2:
        return True
    first, second = logits.topk(2, dim=1).values.T
    return bool(((first - second) > 0.005 * largest).all())


def draw_inputs(name, net, shape):
    for _ in range(20):
        inputs = torch.randn(SAMPLES, *shape)
        logits = net(inputs)
        if telling(logits):
            return inputs, logits
    raise AssertionError(f"{name}: no input has telling logits, the last was {logits}")


def export(name, folder):
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    torch.manual_seed(seed)
    shape, net = NETS[name]()
    randomise(net, shape)
    inputs, logits = draw_inputs(name, net, shape)
    torch.onnx.export(net, inputs, str(folder / f"{name}.onnx"),
                      opset_version=OPSETS.get(name, OPSET), input_names=["input"],
                      output_names=["logits"],
                      dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
    numpy.save(folder / f"{name}.input.npy", inputs.numpy())
    numpy.save(folder / f"{name}.logits.npy", logits.numpy())


def digest():
    """Of all that the files depend on."""
    here = pathlib.Path(__file__).parent
    sources = [(here / name).read_bytes() for name in ("export_nets.py", "idioms.py")]
    versions = f"{torch.__version__} {torchvision.__version__}".encode()
    return hashlib.sha256(b"\0".join([*sources, versions])).hexdigest()


def main(folder, names):
    folder.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")  # of tracing, about sizes that are meant to be constant
    current = digest()
    for name in names or NETS:
        stamp = folder / f"{name}.stamp"
        if stamp.exists() and stamp.read_text() == current:
            continue
        stamp.unlink(missing_ok=True)
        start = time.monotonic()
        with torch.no_grad():
            export(name, folder)
        stamp.write_text(current)
        print(f"{name}: {time.monotonic() - start:.1f} s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(NETS):
        sys.exit(f"usage: export_nets.py FOLDER [NAME...], names: {' '.join(NETS)}")
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
