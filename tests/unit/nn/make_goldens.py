#!/usr/bin/python3
"""Writes goldens/: small nets with inputs and what PyTorch answers.

    /usr/bin/python3 tests/unit/nn/make_goldens.py

For each net NAME: NAME.onnx, NAME.input.f32 and NAME.output.f32 (raw little-endian floats, samples
one after the other). Needs Debian's python3-torch and python3-onnx. The nets' weights are random
but seeded; batch normalisation gets statistics that are not trivial, and is left in the file so
that the engine has to compute or fold it by itself.
"""

import io
import pathlib
import sys

import numpy
import onnx
import torch
from torch import nn

SAMPLES = 5
GOLDENS = pathlib.Path(__file__).parent / "goldens"


class Residual(nn.Module):
    def __init__(self, body, shortcut=None):
        super().__init__()
        self.body = body
        self.shortcut = shortcut or nn.Identity()

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


class Flat(nn.Module):
    """The way of flattening that exporters turn into Shape, Gather, Unsqueeze, Concat, Reshape."""

    def forward(self, x):
        return x.view(x.size(0), -1)


def conv1d_bn(inputs, outputs, kernel, **options):
    return nn.Sequential(
        nn.Conv1d(inputs, outputs, kernel, padding=kernel // 2, bias=False, **options),
        nn.BatchNorm1d(outputs))


def time_series_net():
    """Like the nets for human activity: 1-D convolutions, residual blocks, global average."""
    return (9, 64), nn.Sequential(
        conv1d_bn(9, 16, 5), nn.ReLU(), nn.MaxPool1d(2),
        Residual(nn.Sequential(conv1d_bn(16, 16, 3), nn.ReLU(), conv1d_bn(16, 16, 3))),
        Residual(nn.Sequential(conv1d_bn(16, 24, 3, stride=2), nn.ReLU(), conv1d_bn(24, 24, 3)),
                 conv1d_bn(16, 24, 1, stride=2)),
        nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(24, 6))


def separable(inputs, outputs, stride):
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride=stride, padding=1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs), nn.ReLU6(),
        nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.Hardswish())


def image_net():
    """Like the nets for images: depthwise separable blocks, max pool, flatten, linear."""
    return (1, 28, 28), nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        separable(8, 16, 1), separable(16, 24, 2), nn.AvgPool2d(3, stride=2, padding=1),
        nn.Flatten(), nn.Linear(24 * 4 * 4, 32), nn.BatchNorm1d(32), nn.ReLU(),
        nn.Linear(32, 10))


class MixedNet(nn.Module):
    """Groups, dilation, broadcasting, concatenation, attention-like products, odd sizes."""

    def __init__(self, pad):
        super().__init__()
        self.pad = pad
        self.grouped = nn.Conv2d(4, 8, (3, 5), stride=(1, 2), dilation=(2, 1), groups=2,
                                 padding=(2, 1))
        self.scale = nn.Parameter(torch.randn(8, 1, 1))
        self.project = nn.Linear(16, 6)
        self.flat = Flat()
        self.head = nn.Linear((7 * 4 if pad else 6 * 2) * 6 + 8 * 7 * 3, 5)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.grouped(x), 0.1) * self.scale - 0.25  # 8 x 13 x 5
        a = nn.functional.max_pool2d(x, 3, stride=2, ceil_mode=True)  # 8 x 6 x 2
        b = nn.functional.avg_pool2d(x, 2, stride=2, padding=1, count_include_pad=False)  # 8 x 7 x 3
        if self.pad:
            a = nn.functional.pad(a, (1, 1, 0, 1), value=0.5)  # 8 x 7 x 4
        a = torch.cat([a, torch.tanh(a) / 2.0], dim=1)
        tokens = a.flatten(2).transpose(1, 2)  # height * width x 16
        scores = torch.softmax(torch.matmul(tokens, tokens.transpose(1, 2)) * 0.1, dim=-1)
        tokens = torch.sigmoid(self.project(torch.matmul(scores, tokens)))
        joined = torch.cat([self.flat(tokens), self.flat(nn.functional.hardsigmoid(b))], dim=1)
        return nn.functional.log_softmax(self.head(joined), dim=1)


def mixed_net():
    return (4, 13, 12), MixedNet(pad=False)


def padded_net():
    return (4, 13, 12), MixedNet(pad=True)


class Attention(nn.Module):
    """Self-attention with the batch in front, as timm and others write it."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.mix = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        parts = self.mix(x).reshape(n, tokens, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(0, 2, 3, 1, 4).unbind(1)
        scores = torch.softmax(q @ k.transpose(-2, -1) * q.size(-1) ** -0.5, dim=-1)
        return self.out((scores @ v).transpose(1, 2).reshape(n, tokens, width))


class TokenNet(nn.Module):
    """A small transformer over patches of a signal: class token, positions, layer norms, GELU."""

    def __init__(self, width=12):
        super().__init__()
        self.patches = nn.Conv1d(6, width, 8, stride=8)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.places = nn.Parameter(torch.randn(1, 9, width))
        self.first, self.second, self.last = (nn.LayerNorm(width) for _ in range(3))
        self.attention = Attention(width, 3)
        self.dense = nn.Sequential(nn.Linear(width, 24), nn.GELU(), nn.Linear(24, width))
        self.gate = nn.Sequential(nn.Linear(width, 8), nn.GLU(), nn.PReLU())
        self.head = nn.Linear(4, 5)

    def forward(self, x):
        x = nn.functional.pad(x, (3, 5), mode="reflect")
        x = self.patches(x).transpose(1, 2)
        x = torch.cat([self.token.expand(x.size(0), -1, -1), x], dim=1) + self.places
        x = x + self.attention(self.first(x))
        x = x + self.dense(self.second(x))
        x = self.gate(self.last(x)[:, 0])
        return nn.functional.normalize(self.head(x), dim=1)


def token_net():
    return (6, 56), TokenNet()


def randomise_statistics(net):
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            nn.init.uniform_(module.running_mean, -0.5, 0.5)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)


def write(name, seed, shape, net, opset):
    torch.manual_seed(seed)
    randomise_statistics(net)
    net.eval()
    x = torch.randn(SAMPLES, *shape)
    with torch.no_grad():
        y = net(x)
    buffer = io.BytesIO()
    torch.onnx.export(
        net, torch.randn(2, *shape), buffer, opset_version=opset, do_constant_folding=True,
        training=torch.onnx.TrainingMode.PRESERVE, input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}})
    model = onnx.load_from_string(buffer.getvalue())
    for node in model.graph.node:
        node.doc_string = ""  # holds paths of the machine that wrote it
    onnx.checker.check_model(model)
    onnx.save(model, str(GOLDENS / f"{name}.onnx"))
    x.numpy().astype(numpy.float32).tofile(GOLDENS / f"{name}.input.f32")
    y.numpy().astype(numpy.float32).tofile(GOLDENS / f"{name}.output.f32")
    print(name, sorted({node.op_type for node in model.graph.node}))


def main():
    GOLDENS.mkdir(exist_ok=True)
    nets = [("time_series_net", time_series_net, 13), ("image_net", image_net, 17),
            ("mixed_net", mixed_net, 14), ("padded_net", padded_net, 9),
            ("computed_pads_net", padded_net, 15), ("token_net", token_net, 13),
            ("token_net_17", token_net, 17)]
    for seed, (name, make, opset) in enumerate(nets):
        torch.manual_seed(100 + seed)
        shape, net = make()
        write(name, seed, shape, net, opset)
    return 0


if __name__ == "__main__":
    sys.exit(main())
