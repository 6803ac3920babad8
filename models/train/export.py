"""ONNX files out of PyTorch nets."""

import hashlib

import onnx
import torch

OPSET = 13


def _names(outputs):
    return ["logits"] if outputs == 1 else ["exit_logits", "logits"]


def write_onnx(net, shape, path):
    """One float32 input [batch, shape...], one float32 output [batch, logits] a head."""
    net.eval()
    example = torch.zeros(2, *shape)
    with torch.no_grad():
        names = _names(len(_heads(net(example))))
    torch.onnx.export(net, example, str(path), opset_version=OPSET, input_names=["reading"],
                      output_names=names,
                      dynamic_axes={name: {0: "batch"} for name in ["reading"] + names})
    model = onnx.load(str(path))
    onnx.checker.check_model(model, full_check=True)
    for port in [model.graph.input[0], *model.graph.output]:
        if port.type.tensor_type.shape.dim[0].dim_param != "batch":
            raise AssertionError(f"{path}: {port.name} has no dynamic batch")
    return model


def _heads(output):
    return list(output) if isinstance(output, tuple) else [output]


def operators(model):
    """How many nodes of each operator, by name."""
    names = [node.op_type for node in model.graph.node]
    return {name: names.count(name) for name in sorted(set(names))}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
