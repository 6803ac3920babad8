"""ONNX files out of PyTorch nets."""

import hashlib
import warnings

import onnx
import torch

import nets

# The transforms of features.py are of opset 17; what has none stays readable to more programs.
OPSET, TRANSFORM_OPSET = 13, 17


def _names(outputs, shows_features):
    heads = outputs - (1 if shows_features else 0)
    return (["features"] if shows_features else []) + (["logits"] if heads == 1 else ["exit_logits", "logits"])


def write_onnx(net, shape, path, source="reading"):
    """One float32 input [batch, shape...] called `source`, one float32 output [batch, logits] a head; of a net
    that shows them the features before those."""
    net.eval()
    example = torch.zeros(2, *shape)
    with torch.no_grad():
        outputs = _outputs(net(example))
    names = _names(len(outputs), isinstance(net, nets.Showing))
    fronted = isinstance(net, nets.Fronted)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it says of its own insides
        torch.onnx.export(net, example, str(path),
                          opset_version=TRANSFORM_OPSET if fronted else OPSET,
                          input_names=[source], output_names=names,
                          dynamic_axes={name: {0: "batch"} for name in [source] + names})
    model = onnx.load(str(path))
    if fronted:
        _declare_shapes(model, outputs, path)
    onnx.checker.check_model(model, full_check=not fronted)
    for port in [model.graph.input[0], *model.graph.output]:
        if port.type.tensor_type.shape.dim[0].dim_param != "batch":
            raise AssertionError(f"{path}: {port.name} has no dynamic batch")
    return model


def _declare_shapes(model, outputs, path):
    """ONNX 1.12 infers too many frames of an STFT, and PyTorch writes down what it infers."""
    del model.graph.value_info[:]
    for port, output in zip(model.graph.output, outputs):
        for axis, extent in enumerate(output.shape[1:], 1):
            port.type.tensor_type.shape.dim[axis].dim_value = extent
    onnx.save(model, str(path))


def _outputs(output):
    return list(output) if isinstance(output, tuple) else [output]


def operators(model):
    """How many nodes of each operator, by name."""
    names = [node.op_type for node in model.graph.node]
    return {name: names.count(name) for name in sorted(set(names))}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
