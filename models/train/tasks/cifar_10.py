"""CIFAR-10."""

import augment
import data
import nets
from fit import Schedule
from nets import Layer
from tasks.task import Task, rows_of

_HELD = data.Held(every=11)


def task():
    return Task(
        name="cifar-10",
        description="What a 32x32 colour photo shows: CIFAR-10 (JPEG q75), ten classes",
        labels=["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                "truck"],
        priority=["automobile", "truck", "horse", "deer"],
        why_priority=(
            "The camera is thought of as watching a road through open country. What may stand on the "
            "road and weigh a ton comes first: cars, trucks, horses, deer; a driver is warned within "
            "the time of a blink or not at all. Birds, frogs, pets, ships and aircraft are for the "
            "statistics and may wait."),
        dtype="uint8", shape=[3, 32, 32],
        load=lambda options, scratch: data.cifar_10(options.data, _HELD),
        validation=_HELD.described(),
        big=lambda outputs, scale: nets.speedy(3, outputs, 32, (64, 256, 256)),
        big_schedule=Schedule(epochs=20, batch=512, optimiser="sgd", learning_rate=1.0,
                              momentum=0.85, weight_decay=1e-3, warm_up=0.2, label_smoothing=0.15,
                              average=0.995, bfloat16=True),
        finish_big=lambda net, split, scale: nets.Mirrored(net),
        layers=(Layer(24), Layer(48, stride=2), Layer(48), Layer(64, stride=2), Layer(64),
                Layer(44)),
        exit_after=4,
        little_schedule=Schedule(epochs=16, batch=256, optimiser="sgd", learning_rate=0.2,
                                 weight_decay=5e-4, warm_up=0.1, label_smoothing=0.0, average=0.997,
                                 bfloat16=True),
        augment=augment.photo, objective=("--max-escalation", "0.38"),
        distillation=0.7, opinion_temperature=2.0,
        budget_share=1 / 15, budget_bytes=500_000,
        about_data=(
            "CIFAR-10 (Krizhevsky, \"Learning Multiple Layers of Features from Tiny Images\", 2009), "
            "from a lossy copy: every image is a JPEG of quality 75, so that figures are near, not "
            "equal to, those of the original. 50,000 training and 10,000 test photos of 3x32x32 "
            "bytes, ten classes of equal size."),
        about_split=rows_of(11) + " Test: the official test images.",
        licence="no formal licence; its authors ask for the citation above.",
        limits=(
            "Small, centred photos of ten things. A road at night, rain, or anything that is none of "
            "the ten is nothing that these nets have seen. Cats against dogs are the usual error."))
