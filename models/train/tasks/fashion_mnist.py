"""Fashion-MNIST."""

import augment
import data
import nets
from fit import Schedule
from nets import Layer
from tasks.task import Task, rows_of

_HELD = data.Held(every=11)


def task():
    return Task(
        name="fashion-mnist",
        description="What piece of clothing a grey 28x28 image shows: Fashion-MNIST, ten classes",
        labels=["t_shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker",
                "bag", "ankle_boot"],
        priority=["trouser", "sandal", "sneaker", "bag", "ankle_boot"],
        why_priority=(
            "The camera is thought of as sitting over the belt of a returns centre, a hand's breadth "
            "before the first diverter. Shoes and bags are hard and would jam the folding machine "
            "behind it, and trousers need the long folding table: these five must be pushed off the "
            "belt before an answer could come back over a network that happens to be slow. T-shirts, "
            "pullovers, dresses, coats and shirts stay on the belt whatever they are, and are told "
            "apart further down; they are also the ones that a small net confuses."),
        dtype="uint8", shape=[1, 28, 28],
        load=lambda options, scratch: data.idx_images(options.data, "fashion-mnist", _HELD),
        validation=_HELD.described(),
        big=lambda outputs, scale: nets.speedy(1, outputs, 32, (64, 96, 160)),
        finish_big=lambda net, split, scale: nets.Mirrored(net),
        big_schedule=Schedule(epochs=26, batch=256, optimiser="sgd", learning_rate=0.5,
                              momentum=0.85, weight_decay=1e-3, warm_up=0.2, label_smoothing=0.1, average=0.997,
                              bfloat16=True),
        layers=(Layer(12, stride=2), Layer(24), Layer(32, stride=2), Layer(48), Layer(32)),
        exit_after=2,
        little_schedule=Schedule(epochs=24, batch=256, learning_rate=6e-3, label_smoothing=0.0),
        augment=augment.clothes, objective=("--max-escalation", "0.235"),
        distillation=0.7,
        about_data=(
            "Fashion-MNIST (Xiao, Rasul, Vollgraf, arXiv:1708.07747, 2017): 60,000 training and "
            "10,000 test images of articles of Zalando, grey, 28x28, uint8, ten classes of equal "
            "size."),
        about_split=rows_of(11) + " Test: the official test images.",
        licence="MIT, Copyright (c) 2017 Zalando SE.",
        limits=(
            "Studio pictures, centred, on black. Nothing is known about other cameras, and an object "
            "that is no clothing gets one of the ten labels all the same. Shirts against t-shirts, "
            "pullovers and coats are the usual errors; people reach about 83.5 % on all ten "
            "(data set's README)."))
