"""Nets for motion sensors: fixed statistics of a window with linear discriminants on them, in closed
form, and convolutions that also see the signals along and across gravity. With a score of people the
discriminants tell postures apart better than convolutions, which learn the people; convolutions tell
gaits apart better.

Source of the statistics: Anguita et al., "A Public Domain Dataset for Human Activity Recognition
Using Smartphones", ESANN 2013, and, for signals along and across gravity, Mizell, "Using Gravity to
Estimate Accelerometer Orientation", ISWC 2003. Source of the discriminant: Fisher, 1936, with the
scatter of the groups' means of its own, as in within-class covariance normalisation (Hatch,
Kajarekar, Stolcke, Interspeech 2006), and a shrunk covariance (Friedman, "Regularized Discriminant
Analysis", 1989)."""

import math

import torch
from torch import nn

FAMILY = 0.3  # weight of the family's score, which else is too sure of itself
_SMALL = 1e-4  # g or rad/s; below what the sensors resolve
# Edges of the bands of the spectrum, in steps of 1/128 of the rate.
_EDGES = (1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 23, 32, 46, 65)


def _moments(signals):
    """Eight statistics a signal: where it lies, how far it spreads, what shape it has."""
    mean = signals.mean(2, keepdim=True)
    rest = signals - mean
    square = rest * rest
    variance = square.mean(2)
    deviation = variance.sqrt()
    low, high = signals.amin(2), signals.amax(2)
    skew = (square * rest).mean(2) / (deviation + 1e-2) ** 3
    tails = (square * square).mean(2) / (deviation + 1e-3) ** 4
    return [mean.flatten(1), (deviation + _SMALL).log(), low, high,
            (rest.abs().mean(2) + _SMALL).log(), (high - low + _SMALL).log(), skew,
            (tails + 0.1).log()]


def _length(triple):
    return ((triple * triple).sum(1, keepdim=True) + 1e-12).sqrt()


def _triples(raw):
    """Body acceleration, angular rate, total acceleration; the last one's mean, and its direction."""
    triples = [raw[:, 0:3], raw[:, 3:6], raw[:, 6:9]]
    gravity = triples[2].mean(2, keepdim=True)
    return triples, gravity, gravity / (_length(gravity) + _SMALL)


def _along_and_across(triple, down):
    along = (triple * down).sum(1, keepdim=True)
    return [along, _length(triple - along * down)]


class Frame(nn.Module):
    """Nine normalised signals, and six more that hardly change with how the sensor sits on the body:
    of each triple the part along gravity and the length of the part across."""

    outputs = 15

    def __init__(self, scale):
        super().__init__()
        self.register_buffer("mean", scale.mean.clone())
        self.register_buffer("deviation", scale.deviation.clone())
        self.register_buffer("unit", (scale.deviation.reshape(3, 3) ** 2).mean(1).sqrt())

    def forward(self, x):
        triples, gravity, down = _triples(x * self.deviation + self.mean)
        triples[2] = triples[2] - gravity
        return torch.cat([x] + [signal / self.unit[i] for i, triple in enumerate(triples)
                                for signal in _along_and_across(triple, down)], 1)


class Fixed(nn.Linear):
    """A matrix product that is not learned; a layer, so that its multiply-adds are counted."""

    def __init__(self, matrix):
        super().__init__(matrix.shape[1], matrix.shape[0], bias=False)
        self.weight = nn.Parameter(matrix, requires_grad=False)


class Motion(nn.Module):
    """Statistics of a window [N, 9, T] of body acceleration, angular rate and total acceleration, x y
    z each: of the nine signals, their lengths, their parts along and across gravity, and of the
    changes from sample to sample. `scale` undoes the normalisation: lengths need the sensors' units."""

    def __init__(self, scale, length):
        super().__init__()
        self.register_buffer("mean", scale.mean.clone())
        self.register_buffer("deviation", scale.deviation.clone())
        time = torch.arange(length, dtype=torch.float64) * (2 * math.pi / length)
        window = 0.5 - 0.5 * torch.cos(torch.arange(length, dtype=torch.float64)
                                       * (2 * math.pi / (length - 1)))
        phase = torch.arange(_EDGES[0], _EDGES[-1], dtype=torch.float64)[:, None] * time
        self.spectrum = Fixed(torch.cat([phase.cos() * window, phase.sin() * window]).float())
        bands = torch.zeros(len(_EDGES) - 1, _EDGES[-1] - _EDGES[0])
        for i, (start, stop) in enumerate(zip(_EDGES, _EDGES[1:])):
            bands[i, start - _EDGES[0]:stop - _EDGES[0]] = 1 / (stop - start)
        self.bands = Fixed(bands)

    def _power(self, signals):
        """Logarithms of the power in bands; the mean is taken out before the window is laid on."""
        parts = self.spectrum(signals - signals.mean(2, keepdim=True))
        half = _EDGES[-1] - _EDGES[0]
        power = parts[:, :, :half] ** 2 + parts[:, :, half:] ** 2
        return (self.bands(power) + 1e-5).log().flatten(1)

    def forward(self, x):
        raw = x * self.deviation + self.mean
        triples, gravity, down = _triples(raw)
        change = raw[:, 0:6, 1:] - raw[:, 0:6, :-1]
        changes = [change[:, 0:3], change[:, 3:6]]
        signals = torch.cat([raw] + [_length(t) for t in triples]
                            + [s for t in (triples[0], triples[1], triples[2] - gravity)
                               for s in _along_and_across(t, down)], 1)
        jerks = torch.cat([change] + [_length(t) for t in changes]
                          + [s for t in changes for s in _along_and_across(t, down)], 1)
        together = []  # how two axes of one sensor go together: x with y, y with z, z with x
        for triple in triples:
            rest = triple - triple.mean(2, keepdim=True)
            unit = rest / ((rest * rest).mean(2, keepdim=True).sqrt() + 1e-3)
            together.append((unit * torch.cat([unit[:, 1:], unit[:, :1]], 1)).mean(2))
        return torch.cat(_moments(signals) + _moments(jerks) + [self._power(raw[:, 0:6])]
                         + together + [down.flatten(1)], 1)


class Discriminant(nn.Module):
    """Standardised statistics, cut at `most` deviations, and a score a class."""

    def __init__(self, statistics, classes, groups, shrink=0.1, most=3.0):
        """statistics: [N, F]; classes: [N], 0 to n - 1; groups: [N], whom a reading is of."""
        super().__init__()
        x = statistics.double()
        mean, deviation = x.mean(0), x.std(0, unbiased=False) + 1e-5
        self.register_buffer("mean", mean.float())
        self.register_buffer("per_deviation", (1 / deviation).float())
        self.most = most
        x = self.standardised(statistics).double()
        within = x.new_zeros(x.shape[1], x.shape[1])
        between, free, means = within.clone(), 0, []
        for c in range(int(classes.max()) + 1):
            own = []
            for group in groups[classes == c].unique():
                part = x[(classes == c) & (groups == group)]
                own.append(part.mean(0))
                within += (part - own[-1]).T @ (part - own[-1])
            own = torch.stack(own)
            means.append(own.mean(0))
            between += (own - means[-1]).T @ (own - means[-1])
            free += len(own) - 1
        scatter = within / len(x) + between / max(1, free)
        even = torch.eye(len(scatter), dtype=scatter.dtype) * scatter.trace() / len(scatter)
        means = torch.stack(means)
        weight = torch.linalg.solve((1 - shrink) * scatter + shrink * even, means.T).T
        self.linear = nn.Linear(weight.shape[1], weight.shape[0])
        self.linear.weight = nn.Parameter(weight.float(), requires_grad=False)
        self.linear.bias = nn.Parameter((-0.5 * (means * weight).sum(1)).float(),
                                        requires_grad=False)

    def standardised(self, statistics):
        return ((statistics - self.mean) * self.per_deviation).clamp(-self.most, self.most)

    def forward(self, statistics):
        return self.linear(self.standardised(statistics))


class Families(nn.Module):
    """First the family of the class (moving or at rest), then the class within it, each from the
    scatter of its own readings: what spreads while one walks says nothing about how one sits."""

    def __init__(self, families, statistics, classes, groups, shrink=0.1):
        super().__init__()
        self.order = [c for family in families for c in family]
        if self.order != list(range(len(self.order))):
            raise ValueError(f"families {families} do not name the classes in order")
        family_of = torch.tensor([i for i, family in enumerate(families) for _ in family])
        self.sizes = [len(family) for family in families]
        self.family = Discriminant(statistics, family_of[classes], groups, shrink)
        self.inner = nn.ModuleList()
        for i, family in enumerate(families):
            keep = family_of[classes] == i
            self.inner.append(Discriminant(statistics[keep], classes[keep] - family[0],
                                           groups[keep], shrink))

    def forward(self, statistics, second, weights):
        """weights: of the discriminants' scores and of `second`'s, a pair a family."""
        family, inner, at = torch.log_softmax(FAMILY * self.family(statistics), 1), [], 0
        for i, part in enumerate(self.inner):
            own, others = weights[i]
            scores = own * part(statistics) + others * second[:, at:at + self.sizes[i]]
            inner.append(family[:, i:i + 1] + torch.log_softmax(scores, 1))
            at += self.sizes[i]
        return torch.cat(inner, 1)


class Panel(nn.Module):
    """The family of the class from the statistics; within it the discriminant's scores and those of
    convolutions, weighted. Where the convolutions answer twice (an early exit), so does the panel."""

    def __init__(self, statistics, families, convolutions, weights):
        super().__init__()
        self.statistics, self.families, self.convolutions = statistics, families, convolutions
        self.weights = weights

    def forward(self, x):
        statistics, scores = self.statistics(x), self.convolutions(x)
        if isinstance(scores, tuple):
            return tuple(self.families(statistics, s, self.weights) for s in scores)
        return self.families(statistics, scores, self.weights)


def panel(split, scale, convolutions, families, weights):
    """Fits the discriminants to `split` (windows, truth, groups), in seconds."""
    statistics = Motion(scale, split.windows.shape[2]).eval()
    with torch.no_grad():
        seen = torch.cat([statistics(scale(part))
                          for part in torch.from_numpy(split.windows).split(500)])
    parts = Families(families, seen, torch.from_numpy(split.truth), torch.from_numpy(split.groups),
                     shrink=0.05)
    return Panel(statistics, parts, convolutions, weights).eval()
