"""The tasks by name; each in a file of its own."""

from tasks import bearing, cifar_10, digits, fashion_mnist, har, mnist, vibration

TASKS = {"har": har.task, "fashion-mnist": fashion_mnist.task, "mnist": mnist.task,
         "cifar-10": cifar_10.task, "vibration": vibration.task, "digits": digits.task,
         "bearing": bearing.task}
