#!/usr/bin/python3
"""Makes tests/data/tiny, tiny-exit and tiny-features: tasks whose nets are so small that a test knows their answers
by heart.

Both nets are one matrix product over a window of four numbers. The big net's logits are ten times
the window; the little net's are ten times the two prioritised numbers and, for "other", ten times
the sum of the rest. A window with one number a and zeros elsewhere is thus answered by the class of
that number, the surer the larger a is.

The nets of tiny-features answer as those of tiny, by six features: half of each of the four numbers,
and half of the differences of the first and of the last two. The little net has them as an output,
and the big net takes them in place of the window.

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


def write_net(path, layers, outputs, source=("x", 4)):
    """layers: pairs of node and weights; outputs and source: names and sizes. The file's SHA-256."""
    graph = helper.make_graph(
        [node for node, _ in layers],
        "tiny",
        [helper.make_tensor_value_info(source[0], TensorProto.FLOAT, ["batch", source[1]])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", size])
         for name, size in outputs],
        [weights for _, weights in layers],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_task(name, little, little_keys, big, rules, escalation=""):
    (DATA / name / "task.yaml").write_text(f"""\
version: 1
task: {name}
description: Four numbers, for tests; made by tests/data/make_tiny_task.py
labels: [idle, busy, fault, odd]
priority_classes: [idle, fault]
input:
  dtype: float32
  shape: [4]
{escalation}normalisation:
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


def make_tiny_features():
    folder = DATA / "tiny-features"
    folder.mkdir(parents=True, exist_ok=True)
    features = 0.5 * np.vstack([np.eye(4), [[1, -1, 0, 0], [0, 0, 1, -1]]])
    to_numbers = np.hstack([np.eye(4), np.zeros((4, 2))])
    big = write_net(folder / "big.onnx", [dense("features", "logits", 20 * to_numbers)],
                    [("logits", 4)], ("features", 6))
    weights = 20 * np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]]) @ to_numbers
    little = write_net(
        folder / "little.onnx",
        [dense("x", "features", features, "front", "w_front"),
         dense("features", "logits", weights, "last", "w_last")],
        [("features", 6), ("logits", 3)])
    write_task("tiny-features", little, "  outputs: [idle, fault, other]\n", big,
               "thresholds:\n  idle: 0.9\n  fault: 0.9\n",
               "escalate: features\nfeatures:\n  shape: [6]\n")


def main():
    make_tiny()
    make_tiny_exit()
    make_tiny_features()


if __name__ == "__main__":
    main()
