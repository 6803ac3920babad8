#!/usr/bin/python3
"""Makes tests/data/tiny and tiny-exit: tasks whose nets are so small that a test knows their answers
by heart.

Both nets are one matrix product over a window of four numbers. The big net's logits are ten times
the window; the little net's are ten times the two prioritised numbers and, for "other", ten times
the sum of the rest. A window with one number a and zeros elsewhere is thus answered by the class of
that number, the surer the larger a is.

The little net of tiny-exit has an early exit: its exit knows nothing but the two prioritised numbers
(the other logits are 0), and its last head says what the big net says.

Run it from the root of the repository; needs python3-onnx.
"""
import hashlib
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

DATA = pathlib.Path("tests/data")


def dense(source, target, weights, layer="dense", parameter="w"):
    """One matrix product, as a node and its weights."""
    node = helper.make_node("Gemm", [source, parameter], [target], name=layer, transB=1)
    return node, numpy_helper.from_array(weights.astype(np.float32), parameter)


def write_net(path, layers, outputs):
    """layers: pairs of node and weights; outputs: names and sizes. The file's SHA-256."""
    graph = helper.make_graph(
        [node for node, _ in layers],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 4])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size])
         for name, size in outputs],
        [weights for _, weights in layers],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_task(name, little, little_keys, big, rules):
    (DATA / name / "task.yaml").write_text(f"""\
version: 1
task: {name}
description: Four numbers, for tests; made by tests/data/make_tiny_task.py
labels: [idle, busy, fault, odd]
priority_classes: [idle, fault]
input:
  dtype: float32
  shape: [4]
normalisation:
  mean: [0]
  standard_deviation: [1]
little:
  file: little.onnx
  sha256: {little}
{little_keys}  temperature: 1.0
big:
  file: big.onnx
  sha256: {big}
  temperature: 1.0
{rules}""")


def make_tiny():
    folder = DATA / "tiny"
    folder.mkdir(parents=True, exist_ok=True)
    big = write_net(folder / "big.onnx", [dense("x", "logits", 10 * np.eye(4))], [("logits", 4)])
    weights = 10 * np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]])
    little = write_net(folder / "little.onnx", [dense("x", "logits", weights)], [("logits", 3)])
    write_task("tiny", little, "  outputs: [idle, fault, other]\n", big,
               "thresholds:\n  idle: 0.9\n  fault: 0.9\n")


def make_tiny_exit():
    folder = DATA / "tiny-exit"
    folder.mkdir(parents=True, exist_ok=True)
    big = write_net(folder / "big.onnx", [dense("x", "logits", 10 * np.eye(4))], [("logits", 4)])
    little = write_net(
        folder / "little.onnx",
        [dense("x", "trunk", np.eye(4), "trunk", "w_trunk"),
         dense("trunk", "exit_logits", np.diag([10, 0, 10, 0]), "exit", "w_exit"),
         dense("trunk", "logits", 10 * np.eye(4), "last", "w_last")],
        [("exit_logits", 4), ("logits", 4)])
    write_task("tiny-exit", little,
               "  design: early_exit\n  outputs: [idle, busy, fault, odd]\n", big,
               "thresholds:\n  idle: 0.9\n  busy: 0.9\n  fault: 0.9\n  odd: 0.9\n"
               "early_exit:\n  temperature: 1.0\n  thresholds:\n    idle: 0.95\n"
               "    fault: 0.95\n")


def main():
    make_tiny()
    make_tiny_exit()


if __name__ == "__main__":
    main()
