"""Changes of a batch that leave its meaning: float32, in the sensor's own units. Each takes and
returns [N, C, ...] and draws from the generator only."""

import numpy as np
import torch

_flat = torch.nn.functional


def mirrored(batch, generator):
    """Half of the images, left against right."""
    flip = torch.rand(len(batch), generator=generator) < 0.5
    return torch.where(flip[:, None, None, None], batch.flip(3), batch)


def moved(batch, generator, most, mode="constant"):
    """Images, by up to `most` pixels each way; `mode` fills the edge as torch's pad does."""
    count, _, height, width = batch.shape
    padded = _flat.pad(batch, (most,) * 4, mode=mode).permute(0, 2, 3, 1)
    move = torch.randint(0, 2 * most + 1, (2, count, 1), generator=generator)
    rows, columns = torch.arange(height) + move[0], torch.arange(width) + move[1]
    which = torch.arange(count)[:, None, None]
    return padded[which, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def with_hole(batch, generator, half, fill):
    """A square of 2 * half - 1 pixels that a net must not rely on. Source: DeVries, Taylor,
    "Improved Regularization of Convolutional Neural Networks with Cutout", 2017."""
    count, _, height, width = batch.shape
    sides = [(torch.arange(size) - torch.randint(0, size, (count, 1), generator=generator)).abs()
             < half for size in (height, width)]
    return batch.masked_fill((sides[0][:, :, None] & sides[1][:, None, :])[:, None], fill)


def warped(batch, generator, turn, stretch):
    """Images, turned by up to `turn` radians and stretched by up to `stretch` each way."""
    count = len(batch)
    angle, wide, high, slant = ((torch.rand(4, count, generator=generator) * 2 - 1)
                                * torch.tensor([turn, stretch, stretch, stretch])[:, None])
    matrix = torch.zeros(count, 2, 3)
    matrix[:, 0, 0], matrix[:, 0, 1] = (1 + wide) * angle.cos(), slant - angle.sin()
    matrix[:, 1, 0], matrix[:, 1, 1] = angle.sin(), (1 + high) * angle.cos()
    grid = _flat.affine_grid(matrix, list(batch.shape), align_corners=False)
    return _flat.grid_sample(batch, grid, padding_mode="zeros", align_corners=False)


def photo(batch, generator):
    return moved(mirrored(batch, generator), generator, 2, "reflect")


def clothes(batch, generator):
    return with_hole(moved(mirrored(batch, generator), generator, 2), generator, 4, 0.0)


def digits(batch, generator):
    return moved(warped(batch, generator, 0.2, 0.15), generator, 2)


def gains_and_noise(batch, generator, gain, usual):
    """Sensors of another gain, and noise; `usual` is the noise's deviation a channel."""
    batch = batch * (1 + torch.randn((len(batch), 1, 1), generator=generator) * gain)
    noise = torch.randn(batch.shape, generator=generator)
    return batch + noise * torch.tensor(usual)[:, None]


def turned_sign(batch, generator):
    """Half of the readings: a sensor mounted the other way round."""
    return batch * (torch.randint(0, 2, (len(batch), 1, 1), generator=generator) * 2.0 - 1)


def turned(batch, generator, angle):
    """Triples x y z, all turned by the same small rotation of about `angle` radians an axis."""
    count = len(batch)
    turn = torch.randn((count, 3), generator=generator) * angle
    matrix = torch.zeros(count, 3, 3)
    for axis, (a, b) in enumerate(((1, 2), (2, 0), (0, 1))):
        matrix[:, b, a], matrix[:, a, b] = turn[:, axis], -turn[:, axis]
    triples = batch.view(count, -1, 3, batch.shape[2])
    return (torch.matrix_exp(matrix)[:, None] @ triples).view(batch.shape)


def rolled(batch, generator):
    """Along the last dimension, each reading by any distance; what leaves at the end comes in in front."""
    length = batch.shape[-1]
    move = torch.randint(0, length, (len(batch), 1), generator=generator)
    index = (torch.arange(length) + move) % length
    return batch.gather(-1, index.view(len(batch), *[1] * (batch.dim() - 2), length).expand_as(batch))


def masked(batch, generator, axis, most, times=1):
    """Maps: up to `most` neighbouring rows (axis 2) or frames (axis 3) become 0, the mean of standardised
    ones. Source: Park et al., "SpecAugment", 2019."""
    size = batch.shape[axis]
    for _ in range(times):
        length = torch.randint(0, most + 1, (len(batch), 1), generator=generator)
        start = (torch.rand(len(batch), 1, generator=generator) * (size - length + 1)).long()
        at = torch.arange(size)
        hole = (at >= start) & (at < start + length)
        shape = [len(batch)] + [1] * (batch.dim() - 1)
        shape[axis] = size
        batch = batch.masked_fill(hole.view(shape), 0.0)
    return batch


def louder(batch, generator, most):
    """Logarithms of power: all of a reading by up to `most` up or down."""
    shape = [len(batch)] + [1] * (batch.dim() - 1)
    return batch + (torch.rand(shape, generator=generator) * 2 - 1) * most


def noisy(batch, generator, deviation):
    return batch + torch.randn(batch.shape, generator=generator) * deviation


def listened(batch, generator):
    """Standardised maps of sounds [N, C, bands, frames]."""
    batch = louder(rolled(batch, generator), generator, 0.5)
    batch = masked(batch, generator, 2, max(1, batch.shape[2] // 6), 2)
    return masked(batch, generator, 3, max(1, batch.shape[3] // 6), 2)


def listened_a_little(batch, generator):
    """The same for small nets, which have no room to learn the training part by heart."""
    batch = louder(rolled(batch, generator), generator, 0.3)
    return masked(batch, generator, 3, max(1, batch.shape[3] // 10))


def mixed(batch, generator, alpha):
    """(batch, the partners' places, each one's own share): readings mixed with one another, for a loss that
    is mixed alike. Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2018."""
    partners = torch.randperm(len(batch), generator=generator)
    seed = int(torch.randint(0, 2**31 - 1, (1,), generator=generator))
    share = float(np.random.default_rng(seed).beta(alpha, alpha))
    share = max(share, 1 - share)
    return share * batch + (1 - share) * batch[partners], partners, share
