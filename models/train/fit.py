"""Training, the same for every net: SGD or AdamW, a warm-up and a decay, an average of the last
weights, and a checkpoint after every epoch, from which an interrupted run goes on."""

import copy
import hashlib
import math
import time
from dataclasses import asdict, dataclass

import torch
from tqdm import tqdm

from augment import mixed


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
    # In place of epochs where it is more than 0: so many steps, whatever the number of readings.
    steps: int = 0
    # Beta's parameter of mixup; 0: none.
    mixup: float = 0.0
    # Products in bfloat16, sums in float32: twice as fast where the processor can, and no worse here.
    bfloat16: bool = False


class Unchanged:
    """For features that are standardised already, in the place of Scale."""

    def __call__(self, windows):
        return channels_last(windows.float())


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


def logits_of(net, windows, scale):
    """Of the last head, where the net has several."""
    # Few enough at once that their feature maps fit into a small machine's memory.
    batch = max(8, min(500, 2_000_000 // max(1, windows[0].numel())))

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
        self.best = None  # (score, step, weights) of the averaged net, where somebody watches
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
        self.steps = steps  # in all; the rate follows where they become fewer

        def rate(step):
            warm_up = max(1, int(self.steps * schedule.warm_up))
            if step < warm_up:
                return (step + 1) / warm_up
            done = min(1.0, (step - warm_up) / max(1, self.steps - warm_up))
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
        state.update(fingerprint=fingerprint, step=self.step, epoch=self.epoch, best=self.best,
                     steps=self.steps,
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
        self.step, self.epoch, self.best = state["step"], state["epoch"], state["best"]
        self.steps = state["steps"]
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["dropout"])


# Of checkpoints: those of another are begun anew.
_FORMAT = "2"


def _fingerprint(net, windows, schedule, seed, extra):
    digest = hashlib.sha256()
    for part in (_FORMAT, repr(net), repr(asdict(schedule)), repr(tuple(windows.shape)), repr(seed), extra):
        digest.update(part.encode())
    digest.update(windows[:: max(1, len(windows) // 997)].contiguous().numpy().tobytes())
    return digest.hexdigest()


# How often a watched training is looked at, and after how many looks without a gain it ends; not in its
# first part, where the averaged net lags behind.
_LOOKS = 20
_PATIENCE = 6
_FIRST_PART = 0.4
# A checkpoint takes a while to write: not more often than this, in seconds.
_BETWEEN_CHECKPOINTS = 5.0
# Steps by which the time is foretold; the first one is slower.
_MEASURED_STEPS = (3, 10)


def epochs_of(schedule, readings):
    """Whole epochs, at least one."""
    batches = math.ceil(readings / schedule.batch)
    return max(1, math.ceil(schedule.steps / batches)) if schedule.steps else schedule.epochs


class _Watch:
    """Looks at a training now and then, keeps the best averaged net, and says when to end."""

    def __init__(self, training, score_of):
        self._training, self._score_of = training, score_of
        self._next = training.step + self._every

    @property
    def _every(self):
        return max(1, self._training.steps // _LOOKS)

    def look(self, last):
        """True where it is to end."""
        training = self._training
        if self._score_of is None or (training.step < self._next and not last):
            return False
        self._next = training.step + self._every
        score = self._score_of(training.averaged.eval())
        if training.best is None or score > training.best[0]:
            training.best = (score, training.step, copy.deepcopy(training.averaged.state_dict()))
        return (training.step > _FIRST_PART * training.steps
                and training.step - training.best[1] >= _PATIENCE * self._every)

    def result(self):
        training = self._training
        if training.best is not None:
            training.averaged.load_state_dict(training.best[2])
        return training.averaged.eval()


class _Clock:
    """Foretells how long a training takes, and lets it take fewer steps where that is longer than is wanted.
    What else the machine does comes and goes, so that this is looked at anew after every epoch."""

    def __init__(self, training, batches, most_seconds, say, name):
        self._training, self._batches, self._most = training, batches, most_seconds
        self._say, self._name = say, name
        self._wanted = training.steps
        self._first, self._began = training.step, None

    def step(self):
        done = self._training.step - self._first
        if done == _MEASURED_STEPS[0]:
            self._began = time.monotonic()
        if done == _MEASURED_STEPS[1]:
            self._hold()
            if self._say:
                self._say(self._name, self._training.steps, self._each() * (self._training.steps - self._training.step),
                          self._wanted if self._training.steps < self._wanted else None)

    def epoch(self):
        if self._training.step - self._first > _MEASURED_STEPS[1]:
            self._hold()

    def _each(self):
        return (time.monotonic() - self._began) / (self._training.step - self._first - _MEASURED_STEPS[0])

    def _hold(self):
        """As many whole epochs as there is time for, no more than were wanted."""
        if self._most is None:
            return
        left = max(0.0, self._most - (time.monotonic() - self._began))
        possible = self._training.step + int(left / self._each())
        epochs = max(1, self._training.epoch, possible // self._batches)
        self._training.steps = min(self._wanted, max(epochs * self._batches, self._training.step))


def fit(make_net, windows, loss_of, schedule, scale, augment, seed, name, checkpoint, extra="",
        score_of=None, say=None, most_seconds=None):
    """Returns the averaged net. make_net() is called under the seed. windows: raw, as the sensor
    gives them; augment(batch, generator) changes a batch in those units, and not its meaning;
    loss_of(outputs, index) is the mean loss of the readings at `index`. `extra` tells runs apart
    that differ in nothing else, so that no checkpoint of the other is taken up. With
    score_of(net), the larger the better, the best net of the way is returned, and the way ends where
    there has been none better for long. say(name, steps, seconds, of) is told what is left to do;
    where it would take more than most_seconds, there are fewer than `of` steps."""
    torch.manual_seed(seed)
    net = make_net()
    batches = math.ceil(len(windows) / schedule.batch)
    epochs = epochs_of(schedule, len(windows))
    fingerprint = _fingerprint(net, windows, schedule, seed, extra)
    training = _Training(net, schedule, batches * epochs, seed)
    training.load(checkpoint, fingerprint)
    watch = _Watch(training, score_of)
    clock = _Clock(training, batches, most_seconds, say, name)
    saved = time.monotonic()
    with tqdm(total=epochs * batches, initial=training.step, desc=name, unit="batch",
              mininterval=1.0) as bar:
        while training.epoch < math.ceil(training.steps / batches):
            net.train()
            total = 0.0
            order = torch.randperm(len(windows), generator=training.generator)
            for index in order.split(schedule.batch):
                if len(index) < 2:  # batch normalisation needs two
                    continue
                inputs, partners, share = augment(windows[index].float(), training.generator), None, 1.0
                if schedule.mixup:
                    inputs, partners, share = mixed(inputs, training.generator, schedule.mixup)
                inputs = scale(inputs)
                with torch.autocast("cpu", dtype=torch.bfloat16, enabled=schedule.bfloat16):
                    outputs = net(inputs)
                loss = loss_of(outputs, index)
                if partners is not None:
                    loss = share * loss + (1 - share) * loss_of(outputs, index[partners])
                training.update(loss)
                total += loss.item() * len(index)
                bar.update()
                clock.step()
            training.epoch += 1
            clock.epoch()
            epochs = math.ceil(training.steps / batches)
            ended = watch.look(training.epoch == epochs)
            if ended:
                training.epoch = epochs
            if training.epoch == epochs or time.monotonic() - saved > _BETWEEN_CHECKPOINTS:
                training.save(checkpoint, fingerprint)
                saved = time.monotonic()
            bar.total = training.steps
            bar.set_postfix_str(f"epoch {training.epoch}/{epochs}, "
                                f"loss {total / len(windows):.4f}")
    return watch.result()
