"""The nets. Only operators that the engine has: Conv, BatchNormalization (folded into Conv by the
export), Relu, MaxPool, GlobalAveragePool, Add, Flatten, Gemm."""

import torch
from torch import nn

_CONV = {1: nn.Conv1d, 2: nn.Conv2d}
_NORM = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d}
_POOL = {1: nn.MaxPool1d, 2: nn.MaxPool2d}
_AVERAGE = {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d}


def conv(rank, inputs, outputs, kernel, stride=1):
    """Convolution and batch normalisation, no activation."""
    return nn.Sequential(
        _CONV[rank](inputs, outputs, kernel, stride, padding=kernel // 2, bias=False),
        _NORM[rank](outputs))


class Residual(nn.Module):
    """relu(x + f(x)), f two convolutions; the short cut is a 1-wide convolution where the shape
    changes. Source: He et al., "Deep Residual Learning for Image Recognition", 2016."""

    def __init__(self, rank, inputs, outputs, stride, kernel=3, dropout=0.0):
        super().__init__()
        self.first = conv(rank, inputs, outputs, kernel, stride)
        self.drop = nn.Dropout(dropout)
        self.second = conv(rank, outputs, outputs, kernel)
        same = inputs == outputs and stride == 1
        self.short_cut = nn.Identity() if same else conv(rank, inputs, outputs, 1, stride)

    def forward(self, x):
        inner = self.drop(torch.relu(self.first(x)))
        return torch.relu(self.short_cut(x) + self.second(inner))


def little(rank, inputs, outputs, widths, kernels, strides, hidden=0, pool=1):
    """Plain convolutions, then the average (or, with `pool`, every pool-th maximum) and a
    fully connected layer."""
    layers = []
    for width, kernel, stride in zip(widths, kernels, strides):
        layers += [conv(rank, inputs, width, kernel, stride), nn.ReLU()]
        if pool > 1:
            layers.append(_POOL[rank](pool))
        inputs = width
    layers += [_AVERAGE[rank](1), nn.Flatten()]
    if hidden:
        layers += [nn.Linear(inputs, hidden), nn.ReLU()]
        inputs = hidden
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))


def big(rank, inputs, outputs, stem, blocks, dropout=0.0, kernel=3):
    """A small residual net. stem: (width, kernel, stride, pool); blocks: (width, stride) each."""
    width, stem_kernel, stride, pool = stem
    layers = [conv(rank, inputs, width, stem_kernel, stride), nn.ReLU()]
    if pool > 1:
        layers.append(_POOL[rank](pool))
    for outputs_here, stride in blocks:
        layers.append(Residual(rank, width, outputs_here, stride, kernel, dropout))
        width = outputs_here
    return nn.Sequential(*layers, _AVERAGE[rank](1), nn.Flatten(), nn.Dropout(dropout),
                         nn.Linear(width, outputs))


class Committee(nn.Module):
    """The mean of the logits of several nets of one shape, each trained by itself: less of the luck
    of one initialisation."""

    def __init__(self, members):
        super().__init__()
        self.members = nn.ModuleList(members)
        with torch.no_grad():
            for member in members:  # once here, so that no division is needed in the graph
                member[-1].weight.div_(len(members))
                member[-1].bias.div_(len(members))

    def forward(self, x):
        total = self.members[0](x)
        for member in self.members[1:]:
            total = total + member(x)
        return total


def multiply_adds(net, shape):
    """Of one reading, in convolutions and fully connected layers."""
    total = 0

    def count(layer, inputs, output):
        nonlocal total
        total += output[0].numel() * layer.weight[0].numel()

    counted = (nn.Conv1d, nn.Conv2d, nn.Linear)
    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, counted)]
    net.eval()
    with torch.no_grad():
        net(torch.zeros(1, *shape))
    for hook in hooks:
        hook.remove()
    return total
