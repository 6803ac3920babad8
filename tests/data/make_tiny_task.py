#!/usr/bin/python3
"""Makes tests/data/tiny: a task whose nets are so small that a test knows their answers by heart.

Both nets are one matrix product over a window of four numbers. The big net's logits are ten times
the window; the little net's are ten times the two prioritised numbers and, for "other", ten times
the sum of the rest. A window with one number a and zeros elsewhere is thus answered by the class of
that number, the surer the larger a is.

Run it from the root of the repository; needs python3-onnx.
"""
import hashlib
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path("tests/data/tiny")


def write_net(path, weights):
    outputs, inputs = weights.shape
    graph = helper.make_graph(
        [helper.make_node("Gemm", ["x", "w"], ["logits"], name="dense", transB=1)],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", inputs])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", outputs])],
        [numpy_helper.from_array(weights.astype(np.float32), "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    big = write_net(FOLDER / "big.onnx", 10 * np.eye(4))
    little = write_net(FOLDER / "little.onnx",
                       10 * np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1]]))
    (FOLDER / "task.yaml").write_text(f"""\
version: 1
task: tiny
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
  outputs: [idle, fault, other]
  temperature: 1.0
big:
  file: big.onnx
  sha256: {big}
  temperature: 1.0
thresholds:
  idle: 0.9
  fault: 0.9
""")


if __name__ == "__main__":
    main()
