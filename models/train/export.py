"""ONNX files out of PyTorch nets, and the check that they compute the same."""

import hashlib

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper

OPSET = 13


def write_onnx(net, shape, path):
    """One float32 input [batch, shape...], one float32 output [batch, logits]."""
    net.eval()
    torch.onnx.export(net, torch.zeros(2, *shape), str(path), opset_version=OPSET,
                      input_names=["reading"], output_names=["logits"],
                      dynamic_axes={"reading": {0: "batch"}, "logits": {0: "batch"}})
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    for port in (model.graph.input[0], model.graph.output[0]):
        if port.type.tensor_type.shape.dim[0].dim_param != "batch":
            raise AssertionError(f"{path}: {port.name} has no dynamic batch")
    return model


def operators(model):
    """How many nodes of each operator, by name."""
    names = [node.op_type for node in model.graph.node]
    return {name: names.count(name) for name in sorted(set(names))}


def replay(model, inputs):
    """Runs the nodes of the file one by one: what a reader of the file will compute."""
    values = {w.name: torch.from_numpy(numpy_helper.to_array(w).copy())
              for w in model.graph.initializer}
    values[model.graph.input[0].name] = inputs
    for node in model.graph.node:
        options = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        arguments = [values[name] for name in node.input]
        values[node.output[0]] = _OPERATORS[node.op_type](options, *arguments)
    return values[model.graph.output[0].name].numpy()


def _one_sided(options):
    pads = options.get("pads", [0, 0])
    half = len(pads) // 2
    if pads[:half] != pads[half:]:
        raise AssertionError(f"uneven padding {pads}")
    return pads[:half]


def _conv(options, x, weight, bias):
    run = functional.conv1d if x.dim() == 3 else functional.conv2d
    return run(x, weight, bias, options["strides"], _one_sided(options))


def _max_pool(options, x):
    run = functional.max_pool1d if x.dim() == 3 else functional.max_pool2d
    return run(x, options["kernel_shape"], options["strides"], _one_sided(options))


def _gemm(options, x, weight, bias):
    return x @ (weight.T if options.get("transB") else weight) + bias


_OPERATORS = {
    "Add": lambda options, a, b: a + b,
    "Conv": _conv,
    "Flatten": lambda options, x: x.flatten(1),
    "Gemm": _gemm,
    "GlobalAveragePool": lambda options, x: x.mean(tuple(range(2, x.dim())), keepdim=True),
    "MaxPool": _max_pool,
    "Relu": lambda options, x: torch.relu(x),
}


def largest_difference(model, net, inputs):
    """Between the net and its file, relative to the largest logit."""
    with torch.no_grad():
        expected = net.eval()(inputs).numpy()
        found = replay(model, inputs)
    return float(np.abs(expected - found).max() / np.abs(expected).max())


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
