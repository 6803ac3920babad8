"""Small nets, each around one thing that people write in PyTorch and that its exporter turns into
several operators. name -> (shape of one sample, net)."""

import torch
from torch import nn
from torch.nn import functional


class Compute(nn.Module):
    """A function of its modules and the input, as a module."""

    def __init__(self, function, **modules):
        super().__init__()
        self.function = function
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x):
        return self.function(self, x)


def gelu():
    return (24,), nn.Sequential(nn.Linear(24, 32), nn.GELU(), nn.Linear(32, 5))


def layer_norm():
    return (6, 20), nn.Sequential(nn.LayerNorm(20), nn.Linear(20, 8), nn.Flatten(),
                                  nn.Linear(48, 5))


def pad():
    return (3, 9, 10), Compute(
        lambda net, x: net.head(net.conv(functional.pad(x, (1, 2, 0, 1))).flatten(1)),
        conv=nn.Conv2d(3, 4, 3), head=nn.Linear(4 * 8 * 11, 5))


def mean_over_image():
    return (3, 8, 8), Compute(lambda net, x: net.head(net.conv(x).mean([2, 3])),
                              conv=nn.Conv2d(3, 8, 3), head=nn.Linear(8, 5))


def view_to_rows():
    return (3, 8, 8), Compute(lambda net, x: net.head(net.conv(x).view(x.size(0), -1)),
                              conv=nn.Conv2d(3, 4, 3, stride=2), head=nn.Linear(36, 5))


def branches():
    return (4, 8, 8), Compute(
        lambda net, x: net.head(torch.cat([net.a(x), net.b(x), x], 1).mean([2, 3])),
        a=nn.Conv2d(4, 6, 1), b=nn.Conv2d(4, 3, 5, padding=2), head=nn.Linear(13, 5))


def depthwise_conv1d():
    return (6, 40), nn.Sequential(
        nn.Conv1d(6, 12, 5, padding=2, groups=6), nn.BatchNorm1d(12), nn.ReLU6(),
        nn.Conv1d(12, 16, 1), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(16, 5))


def _last_step(recurrent, units, steps):
    return (steps, 9), Compute(lambda net, x: net.head(net.recurrent(x)[0][:, -1]),
                               recurrent=recurrent, head=nn.Linear(units, 6))


def lstm():
    return _last_step(nn.LSTM(9, 16, batch_first=True), 16, 20)


def lstm_two_ways():
    return _last_step(nn.LSTM(9, 12, num_layers=2, bidirectional=True, batch_first=True), 24, 20)


def gru():
    return _last_step(nn.GRU(9, 16, batch_first=True), 16, 20)


def lstm64():
    """The one that is measured: 64 units over the 128 samples of a human-activity window."""
    return _last_step(nn.LSTM(9, 64, batch_first=True), 64, 128)


def _attend(net, x):
    weights = torch.softmax(net.query(x) @ net.key(x).transpose(1, 2) / 4.0, dim=-1)
    return net.head((x + weights @ net.value(x)).mean(1))


def attention():
    return (10, 16), Compute(_attend, query=nn.Linear(16, 16), key=nn.Linear(16, 16),
                             value=nn.Linear(16, 16), head=nn.Linear(16, 5))


def _squeeze_excite(net, x):
    x = functional.hardswish(net.conv(x))
    return net.head((x * net.gate(functional.adaptive_avg_pool2d(x, 1))).mean([2, 3]))


def squeeze_excite():
    gate = nn.Sequential(nn.Conv2d(16, 4, 1), nn.ReLU(), nn.Conv2d(4, 16, 1), nn.Hardsigmoid())
    return (3, 10, 10), Compute(_squeeze_excite, conv=nn.Conv2d(3, 16, 3), gate=gate,
                                head=nn.Linear(16, 5))


def one_relu():
    """Next to nothing: what a call costs by itself."""
    return (1,), nn.ReLU()


IDIOMS = {function.__name__: function for function in (
    gelu, layer_norm, pad, mean_over_image, view_to_rows, branches, depthwise_conv1d, lstm,
    lstm_two_ways, gru, lstm64, attention, squeeze_excite, one_relu)}
