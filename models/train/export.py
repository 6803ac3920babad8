"""ONNX files out of PyTorch nets."""

import hashlib
import warnings

import onnx
import torch

import nets

# The transforms of features.py are of opset 17; what has none stays readable to more programs.
OPSET, TRANSFORM_OPSET = 13, 17


def _names(outputs):
    return ["logits"] if outputs == 1 else ["exit_logits", "logits"]


def write_onnx(net, shape, path):
    """One float32 input [batch, shape...], one float32 output [batch, logits] a head."""
    net.eval()
    example = torch.zeros(2, *shape)
    with torch.no_grad():
        heads = _heads(net(example))
    names = _names(len(heads))
    fronted = isinstance(net, nets.Fronted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it says of its own insides
        torch.onnx.export(net, example, str(path),
                          opset_version=TRANSFORM_OPSET if fronted else OPSET,
                          input_names=["reading"], output_names=names,
                          dynamic_axes={name: {0: "batch"} for name in ["reading"] + names})
    model = onnx.load(str(path))
    if fronted:
        _declare_shapes(model, heads, path)
    onnx.checker.check_model(model, full_check=not fronted)
    for port in [model.graph.input[0], *model.graph.output]:
        if port.type.tensor_type.shape.dim[0].dim_param != "batch":
            raise AssertionError(f"{path}: {port.name} has no dynamic batch")
    return model


def _declare_shapes(model, heads, path):
    """ONNX 1.12 infers too many frames of an STFT, and PyTorch writes down what it infers."""
    del model.graph.value_info[:]
    for port, head in zip(model.graph.output, heads):
        port.type.tensor_type.shape.dim[1].dim_value = head.shape[1]
    onnx.save(model, str(path))


def _heads(output):
    return list(output) if isinstance(output, tuple) else [output]


def operators(model):
    """How many nodes of each operator, by name."""
    names = [node.op_type for node in model.graph.node]
    return {name: names.count(name) for name in sorted(set(names))}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
