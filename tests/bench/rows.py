"""What is measured: which net, how many samples a call, how many threads, and what ought to hold."""

import dataclasses
import pathlib

IMAGE = (3, 224, 224)
SCALING_TARGET = 1.7  # two threads against one
BYTES_TARGET = 0.6  # a quantised net against the same one in floats, both ours
QUANTISED = ("resnet18", "mobilenet_v2", "squeezenet1_1", "alexnet")


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    net: pathlib.Path
    shape: tuple = ()  # of one sample; (): to be asked for
    batch: int = 1
    threads: int = 1
    target: float | None = None  # greatest ratio of our time to ONNX Runtime's


def task_rows(models):
    for task in sorted(folder for folder in models.iterdir() if (folder / "task.yaml").exists()):
        little, big = task / "little.onnx", task / "big.onnx"
        yield Row(f"{task.name}-little", little, target=0.5)
        yield Row(f"{task.name}-big", big, target=0.8)
        yield Row(f"{task.name}-big-32", big, batch=32, target=0.8)


def whole_rows(nets):
    targets = {"resnet18": 0.8, "vgg11": 0.8, "squeezenet1_1": 1.0, "mobilenet_v2": 1.0,
               "alexnet": 1.0, "googlenet": None}
    for name, target in targets.items():
        net = nets / f"{name}.onnx"
        yield Row(name, net, IMAGE, target=target)
        yield Row(f"{name}@2", net, IMAGE, threads=2)
    yield Row("lstm64", nets / "lstm64.onnx", (128, 9), target=0.8)
    # No net at all: what a call costs by itself, to judge the smallest ones by.
    yield Row("one_relu", nets / "one_relu.onnx", (1,))


def quantised_rows(nets):
    for name in QUANTISED:
        for form in ("qdq", "qlinear"):
            yield Row(f"{name}-{form}", nets / f"{name}-{form}.onnx", IMAGE, target=0.8)


def all_rows(models, nets):
    return [*task_rows(models), *whole_rows(nets), *quantised_rows(nets)]
