"""Training, the same for every net: SGD or AdamW, a warm-up and a decay, an average of the last
weights, and a checkpoint after every epoch, from which an interrupted run goes on."""

import copy
import hashlib
import math
from dataclasses import asdict, dataclass

import torch
from tqdm import tqdm


@dataclass(frozen=True)
class Schedule:
    epochs: int
    batch: int = 128
    optimiser: str = "adamw"  # or "sgd", with Nesterov's momentum
    momentum: float = 0.9
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    warm_up: float = 0.05  # share of the steps
    label_smoothing: float = 0.05
    average: float = 0.998  # of the weights, a step
    # Products in bfloat16, sums in float32: twice as fast where the processor can, and no worse here.
    bfloat16: bool = False


class Scale:
    """As the device normalises: (x - mean[c]) / deviation[c], in float32."""

    def __init__(self, mean, deviation, rank):
        shape = (1, -1) + (1,) * rank
        self.mean = torch.tensor(mean, dtype=torch.float32).reshape(shape)
        self.deviation = torch.tensor(deviation, dtype=torch.float32).reshape(shape)

    def __call__(self, windows):
        return channels_last((windows.float() - self.mean) / self.deviation)


def channels_last(x):
    return x.contiguous(memory_format=torch.channels_last) if x.dim() == 4 else x


def one_hot(classes, count, smoothing=0.0):
    target = torch.nn.functional.one_hot(torch.as_tensor(classes), count).float()
    return target * (1 - smoothing) + smoothing / count


def logits_of(net, windows, scale, batch=500):
    """Of the last head, where the net has several."""
    def last(output):
        return output[-1] if isinstance(output, tuple) else output

    net.eval()
    with torch.no_grad():
        return torch.cat([last(net(scale(part))) for part in windows.split(batch)])


class _Training:
    """Everything that changes from step to step, so that it can be saved and brought back."""

    def __init__(self, net, schedule, steps, seed):
        if next((p for p in net.parameters() if p.dim() == 4), None) is not None:
            net.to(memory_format=torch.channels_last)
        self.net, self.schedule, self.step, self.epoch = net, schedule, 0, 0
        self.averaged = copy.deepcopy(net)
        self.generator = torch.Generator().manual_seed(seed)
        if schedule.optimiser == "adamw":
            self.optimiser = torch.optim.AdamW(net.parameters(), schedule.learning_rate,
                                               weight_decay=schedule.weight_decay)
        else:  # what only shifts and scales is not pulled towards zero
            weights = [p for p in net.parameters() if p.dim() > 1]
            others = [p for p in net.parameters() if p.dim() <= 1]
            self.optimiser = torch.optim.SGD(
                [{"params": weights, "weight_decay": schedule.weight_decay},
                 {"params": others, "weight_decay": 0.0}], schedule.learning_rate,
                momentum=schedule.momentum, nesterov=True)
        warm_up = max(1, int(steps * schedule.warm_up))

        def rate(step):
            if step < warm_up:
                return (step + 1) / warm_up
            done = (step - warm_up) / max(1, steps - warm_up)
            return 1e-3 + (0.5 * (1 + math.cos(math.pi * done)) if schedule.optimiser == "adamw"
                           else 1 - done)

        self.rate = torch.optim.lr_scheduler.LambdaLR(self.optimiser, rate)

    def update(self, loss):
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.rate.step()
        self.step += 1
        keep = min(self.schedule.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for old, new in zip(self.averaged.state_dict().values(), self.net.state_dict().values()):
                if old.is_floating_point():
                    old.mul_(keep).add_(new, alpha=1 - keep)
                else:
                    old.copy_(new)

    def save(self, path, fingerprint):
        state = {name: getattr(self, name).state_dict()
                 for name in ("net", "averaged", "optimiser", "rate")}
        state.update(fingerprint=fingerprint, step=self.step, epoch=self.epoch,
                     generator=self.generator.get_state(), dropout=torch.get_rng_state())
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)  # an interruption leaves the old file or the new one, nothing between

    def load(self, path, fingerprint):
        if not path.is_file():
            return
        state = torch.load(path)
        if state["fingerprint"] != fingerprint:
            print(f"{path} is of another net, schedule or data: begun anew", flush=True)
            return
        for name in ("net", "averaged", "optimiser", "rate"):
            getattr(self, name).load_state_dict(state[name])
        self.step, self.epoch = state["step"], state["epoch"]
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["dropout"])


def _fingerprint(net, windows, schedule, seed, extra):
    digest = hashlib.sha256()
    for part in (repr(net), repr(asdict(schedule)), repr(tuple(windows.shape)), repr(seed), extra):
        digest.update(part.encode())
    digest.update(windows[:: max(1, len(windows) // 997)].contiguous().numpy().tobytes())
    return digest.hexdigest()


def fit(make_net, windows, loss_of, schedule, scale, augment, seed, name, checkpoint, extra=""):
    """Returns the averaged net. make_net() is called under the seed. windows: raw, as the sensor
    gives them; augment(batch, generator) changes a batch in those units, and not its meaning;
    loss_of(outputs, index) is the mean loss of the readings at `index`. `extra` tells runs apart
    that differ in nothing else, so that no checkpoint of the other is taken up."""
    torch.manual_seed(seed)
    net = make_net()
    batches = math.ceil(len(windows) / schedule.batch)
    fingerprint = _fingerprint(net, windows, schedule, seed, extra)
    training = _Training(net, schedule, batches * schedule.epochs, seed)
    training.load(checkpoint, fingerprint)
    with tqdm(total=schedule.epochs * batches, initial=training.step, desc=name, unit="batch",
              mininterval=1.0) as bar:
        while training.epoch < schedule.epochs:
            net.train()
            total = 0.0
            order = torch.randperm(len(windows), generator=training.generator)
            for index in order.split(schedule.batch):
                if len(index) < 2:  # batch normalisation needs two
                    continue
                inputs = scale(augment(windows[index].float(), training.generator))
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=schedule.bfloat16):
                    outputs = net(inputs)
                loss = loss_of(outputs, index)
                training.update(loss)
                total += loss.item() * len(index)
                bar.update()
            training.epoch += 1
            training.save(checkpoint, fingerprint)
            bar.set_postfix_str(f"epoch {training.epoch}/{schedule.epochs}, "
                                f"loss {total / len(windows):.4f}")
    return training.averaged.eval()
