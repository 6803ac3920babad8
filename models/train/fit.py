"""Training, the same for every net: AdamW, a cosine schedule with warm-up, soft targets (label
smoothing, and for the little net the big one's opinion), and an average of the last weights."""

import copy
import math
import time
from dataclasses import dataclass

import torch


@dataclass
class Schedule:
    epochs: int
    batch: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    label_smoothing: float = 0.05
    average: float = 0.998  # of the weights, a step


class Scale:
    """As the device normalises: (x - mean[c]) / deviation[c], in float32."""

    def __init__(self, mean, deviation, rank):
        shape = (1, -1) + (1,) * rank
        self.mean = torch.tensor(mean, dtype=torch.float32).reshape(shape)
        self.deviation = torch.tensor(deviation, dtype=torch.float32).reshape(shape)

    def __call__(self, windows):
        return (windows.float() - self.mean) / self.deviation


def one_hot(classes, count, smoothing=0.0):
    target = torch.nn.functional.one_hot(torch.as_tensor(classes), count).float()
    return target * (1 - smoothing) + smoothing / count


def logits_of(net, windows, scale, batch=512):
    net.eval()
    with torch.no_grad():
        return torch.cat([net(scale(part)) for part in windows.split(batch)]).numpy()


def fit(net, windows, targets, schedule, scale, augment, seed, name):
    """Trains on soft targets [N, outputs] and returns the averaged net. windows: raw, as the sensor
    gives them; augment(batch, generator) changes a batch in those units, and not its meaning."""
    generator = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.AdamW(net.parameters(), schedule.learning_rate,
                                  weight_decay=schedule.weight_decay)
    steps = math.ceil(len(windows) / schedule.batch) * schedule.epochs
    warm_up = max(1, steps // 20)

    def rate(step):
        if step < warm_up:
            return (step + 1) / warm_up
        return 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up))) + 1e-3

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimiser, rate)
    averaged = copy.deepcopy(net)
    step = 0
    for epoch in range(schedule.epochs):
        net.train()
        start, total = time.monotonic(), 0.0
        for index in torch.randperm(len(windows), generator=generator).split(schedule.batch):
            if len(index) < 2:  # batch normalisation needs two
                continue
            output = net(scale(augment(windows[index].float(), generator)))
            loss = -(targets[index] * torch.log_softmax(output, 1)).sum(1).mean()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            scheduler.step()
            step += 1
            _average(averaged, net, min(schedule.average, (1 + step) / (10 + step)))
            total += loss.item() * len(index)
        print(f"{name}: epoch {epoch + 1}/{schedule.epochs} loss {total / len(windows):.4f} "
              f"{time.monotonic() - start:.1f} s", flush=True)
    return averaged.eval()


def _average(averaged, net, keep):
    with torch.no_grad():
        for old, new in zip(averaged.state_dict().values(), net.state_dict().values()):
            if old.is_floating_point():
                old.mul_(keep).add_(new, alpha=1 - keep)
            else:
                old.copy_(new)
