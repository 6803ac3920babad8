"""The nets. Only operators that the engine has: Conv, BatchNormalization (folded into Conv by the
export), Relu, MaxPool, GlobalAveragePool, Add, Mul, Flatten, Gemm."""

from dataclasses import dataclass

import torch
from torch import nn

_CONV = {1: nn.Conv1d, 2: nn.Conv2d}
_NORM = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d}
_POOL = {1: nn.MaxPool1d, 2: nn.MaxPool2d}
_AVERAGE = {1: nn.AdaptiveAvgPool1d, 2: nn.AdaptiveAvgPool2d}


def conv(rank, inputs, outputs, kernel, stride=1, groups=1):
    """Convolution and batch normalisation, no activation."""
    return nn.Sequential(
        _CONV[rank](inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False),
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


class Stage(nn.Module):
    """A wider convolution, a maximum over pairs, and a residual convolution: few steps, each of them
    large, which suits a CPU. Source of the shape: D. Page, "How to train your ResNet", 2018."""

    def __init__(self, rank, inputs, outputs, kernel=3):
        super().__init__()
        self.wider = conv(rank, inputs, outputs, kernel)
        self.pool = _POOL[rank](2)
        self.inner = conv(rank, outputs, outputs, kernel)

    def forward(self, x):
        y = self.pool(torch.relu(self.wider(x)))
        return y + torch.relu(self.inner(y))


class Quiet(nn.Linear):
    """A fully connected layer whose logits begin small, for schedules with large steps."""

    def forward(self, x):
        return super().forward(x) * 0.125


def staged(rank, inputs, outputs, stem, widths, dropout=0.0, kernel=3):
    """A stem of `stem` channels, a Stage for each width, the average, a fully connected layer."""
    layers, width = [conv(rank, inputs, stem, kernel), nn.ReLU()], stem
    for wider in widths:
        layers.append(Stage(rank, width, wider, kernel))
        width = wider
    return nn.Sequential(*layers, _AVERAGE[rank](1), nn.Flatten(), nn.Dropout(dropout),
                         nn.Linear(width, outputs))


def speedy(inputs, outputs, stem, widths):
    """For images and short, steep schedules: a staged net with the maximum in place of the average
    at its end, and quiet logits. Source: K. Jordan, "94 % on CIFAR-10 in 3.29 seconds on a single
    GPU", 2024."""
    layers, width = [conv(2, inputs, stem, 3), nn.ReLU()], stem
    for wider in widths:
        layers.append(Stage(2, width, wider))
        width = wider
    return nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), Quiet(width, outputs))


class Mirrored(nn.Module):
    """What a net thinks of an image and of its mirror image, on average."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return (self.net(x) + self.net(x.flip(3))) * 0.5


def residual(rank, inputs, outputs, stem, blocks, dropout=0.0, kernel=3):
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
    """The mean of the logits of several nets, each trained by itself: less of the luck of one
    initialisation."""

    def __init__(self, members):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, x):
        total = self.members[0](x)
        for member in self.members[1:]:
            total = total + member(x)
        return total * (1.0 / len(self.members))


class MeanAndMax(nn.Module):
    """Of each channel its mean and its maximum: a sound is told by what lasts and by what stands out."""

    def __init__(self, rank):
        super().__init__()
        self.axes = tuple(range(2, 2 + rank))

    def forward(self, x):
        # Not as poolings: of those the export writes down the extents, which behind an STFT it has wrong.
        return torch.cat([x.mean(self.axes, keepdim=True), x.amax(self.axes, keepdim=True)], 1)


def listening(rank, inputs, outputs, stem, widths, dropout=0.3):
    """A staged net for spectrograms: halved once before the stages, mean and maximum at its end."""
    layers, width = [conv(rank, inputs, stem, 3), nn.ReLU(), _POOL[rank](2)], stem
    for wider in widths:
        layers.append(Stage(rank, width, wider))
        width = wider
    return nn.Sequential(*layers, MeanAndMax(rank), nn.Flatten(), nn.Dropout(dropout),
                         nn.Linear(2 * width, outputs))


def dense(inputs, outputs, widths, dropout=0.3):
    """Fully connected layers, for vectors of features."""
    layers, width = [nn.Flatten()], inputs
    for wider in widths:
        layers += [nn.Linear(width, wider), nn.ReLU(), nn.Dropout(dropout)]
        width = wider
    return nn.Sequential(*layers, nn.Linear(width, outputs))


@dataclass(frozen=True)
class Layer:
    """One convolution of a trunk, with what follows it."""
    width: int
    kernel: int = 3
    stride: int = 1
    pool: int = 1
    separable: bool = False  # depthwise, then 1-wide: fewer multiply-adds for the same width


def _layer(rank, inputs, layer):
    if rank == 0:  # of a vector
        return nn.Sequential(nn.Linear(inputs, layer.width), nn.ReLU())
    if layer.separable:
        steps = [conv(rank, inputs, inputs, layer.kernel, layer.stride, groups=inputs), nn.ReLU(),
                 conv(rank, inputs, layer.width, 1)]
    else:
        steps = [conv(rank, inputs, layer.width, layer.kernel, layer.stride)]
    steps.append(nn.ReLU())
    if layer.pool > 1:
        steps.append(_POOL[rank](layer.pool))
    return nn.Sequential(*steps)


def _head(rank, width, outputs):
    if rank == 0:
        return nn.Linear(width, outputs)
    return nn.Sequential(_AVERAGE[rank](1), nn.Flatten(), nn.Linear(width, outputs))


class Little(nn.Module):
    """Plain convolutions and one head. With `exit_after` = n it has a second head behind the n-th
    layer and returns both, (exit, final); both then have `outputs` outputs. Source: Teerapittayanon,
    McDanel, Kung, "BranchyNet", 2016. `before`: a fixed module in front of the first layer, with
    `before.outputs` channels, or None."""

    def __init__(self, rank, inputs, outputs, layers, exit_after=0, before=None):
        super().__init__()
        self.rank = rank  # of what is convolved; 0: a vector
        self.before = nn.Identity() if before is None else before
        widths = [layer.width for layer in layers]
        first = inputs if before is None else before.outputs
        steps = [_layer(rank, i, layer) for i, layer in zip([first] + widths, layers)]
        self.front = nn.Sequential(*steps[:exit_after])
        self.rest = nn.Sequential(*steps[exit_after:])
        self.exit = _head(rank, widths[exit_after - 1], outputs) if exit_after else None
        self.final = _head(rank, widths[-1], outputs)

    def forward(self, x):
        x = self.before(x)
        x = self.front(x if self.rank else x.flatten(1))
        final = self.final(self.rest(x))
        return final if self.exit is None else (self.exit(x), final)


class Fronted(nn.Module):
    """A net behind what is computed of each window first."""

    def __init__(self, front, net):
        super().__init__()
        self.front, self.net = front, net

    def forward(self, x):
        return self.net(self.front(x))


class Showing(Fronted):
    """The same, and what was computed first, as the first output."""

    def forward(self, x):
        features = self.front(x)
        heads = self.net(features)
        return (features, *heads) if isinstance(heads, tuple) else (features, heads)


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


def parameters(net):
    return sum(p.numel() for p in net.parameters())
