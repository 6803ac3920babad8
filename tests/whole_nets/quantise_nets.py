#!/usr/bin/python3
"""Writes quantised forms of the whole nets, as ONNX Runtime's quantize_static writes them.

    /usr/bin/python3 tests/whole_nets/quantise_nets.py FOLDER [NAME...]

For each NET of export_nets.py in FOLDER: NET-qdq.onnx (DequantizeLinear and QuantizeLinear around
every operator; int8 activations, int8 weights of a scale a channel), NET-qlinear.onnx (QLinearConv
and the others of com.microsoft; uint8 activations, one scale for all weights of a node). The ranges
are those of NET.input.npy. Needs Debian's python3-torch and python3-onnx; without them it says so
and returns 77.
"""

import pathlib
import sys

try:
    import numpy
    import onnx
    import torch
    from onnx import TensorProto, helper, numpy_helper
    from torch.nn import functional
except ImportError as error:
    print(f"quantised nets are left out: {error}; install python3-torch and python3-onnx")
    sys.exit(77)

NETS = ("alexnet", "mobilenet_v2", "resnet18", "squeezenet1_1")
MOVES = ("MaxPool", "Flatten", "Reshape", "Relu", "Clip")


def attributes(node):
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}


class Evaluation:
    """What every value of a net is, for two samples."""

    def __init__(self, graph, x):
        self.values = {item.name: torch.from_numpy(numpy_helper.to_array(item).copy())
                       for item in graph.initializer}
        self.values[graph.input[0].name] = x
        for node in graph.node:
            self.values[node.output[0]] = getattr(self, node.op_type)(
                node, *[self.values[name] if name else None for name in node.input])

    @staticmethod
    def _padded(node, x, value):
        pads = attributes(node).get("pads", [0, 0, 0, 0])
        return functional.pad(x, (pads[1], pads[3], pads[0], pads[2]), value=value)

    def Conv(self, node, x, weights, bias=None):
        has = attributes(node)
        return functional.conv2d(self._padded(node, x, 0.0), weights, bias, has["strides"], 0,
                                 has["dilations"], has["group"])

    def MaxPool(self, node, x):
        has = attributes(node)
        return functional.max_pool2d(self._padded(node, x, float("-inf")), has["kernel_shape"],
                                     has["strides"], ceil_mode=has.get("ceil_mode", 0) != 0)

    def GlobalAveragePool(self, _, x):
        return x.mean((2, 3), keepdim=True)

    def AveragePool(self, node, x):
        has = attributes(node)
        return functional.avg_pool2d(self._padded(node, x, 0.0), has["kernel_shape"],
                                     has["strides"])

    def Relu(self, _, x):
        return functional.relu(x)

    def Clip(self, _, x, least=None, greatest=None):
        return x.clamp(None if least is None else float(least),
                       None if greatest is None else float(greatest))

    def Add(self, _, a, b):
        return a + b

    def Concat(self, node, *parts):
        return torch.cat(parts, attributes(node)["axis"])

    def Flatten(self, _, x):
        return x.flatten(1)

    def Reshape(self, _, x, shape):
        return x.reshape(x.shape[0], -1)

    def Dropout(self, _, x, *unused):
        return x

    def Identity(self, _, x):
        return x

    def Gemm(self, node, x, weights, bias):
        return x @ (weights.T if attributes(node).get("transB", 0) else weights) + bias

    def Constant(self, node):
        return torch.from_numpy(numpy_helper.to_array(attributes(node)["value"]).copy())


def drop_unused(net):
    """What torch writes for sizes that are known: constants become initializers."""
    for node in [node for node in net.graph.node if node.op_type == "Constant"]:
        tensor = attributes(node)["value"]
        tensor.name = node.output[0]
        net.graph.initializer.append(tensor)
        net.graph.node.remove(node)


def clip_like(node):
    return node.op_type in ("Relu", "Clip")


class Quantiser:
    def __init__(self, net, x, signed, per_channel):
        self.net, self.signed, self.per_channel = net, signed, per_channel
        self.values = Evaluation(net.graph, x).values
        self.weights = {item.name: numpy_helper.to_array(item) for item in net.graph.initializer}
        self.readers = {}
        for node in net.graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        self.new, self.constants = [], {}
        self.scales = {}

    def constant(self, name, array):
        self.constants[name] = numpy_helper.from_array(numpy.asarray(array), name)
        return name

    def source(self, name):
        """What a value's range is that of: moves keep it."""
        return name

    def activation_scale(self, name):
        """The names of scale and zero point of a value."""
        if name not in self.scales:
            x = self.values[name]
            least, greatest = min(0.0, float(x.min())), max(0.0, float(x.max()))
            scale = numpy.float32(max((greatest - least) / 255, 1e-8))
            point = round(-least / float(scale)) - (128 if self.signed else 0)
            kind = numpy.int8 if self.signed else numpy.uint8
            self.scales[name] = (self.constant(f"{name}_scale", scale),
                                 self.constant(f"{name}_point", kind(point)))
        return self.scales[name]

    def weight(self, name, axis):
        """Names of the integers, their scale and zero point, and the scale itself."""
        floats = self.weights[name]
        if self.per_channel:
            others = tuple(i for i in range(floats.ndim) if i != axis)
            scale = (numpy.abs(floats).max(axis=others) / 127).astype(numpy.float32)
            shape = [-1 if i == axis else 1 for i in range(floats.ndim)]
            points = numpy.zeros(scale.shape, numpy.int8)
        else:
            scale = numpy.float32(numpy.abs(floats).max() / 127)
            shape, points = [1] * floats.ndim, numpy.int8(0)
        scale = numpy.maximum(scale, numpy.float32(1e-8))
        integers = numpy.clip(numpy.rint(floats / scale.reshape(shape)), -127, 127)
        return (self.constant(f"{name}_int8", integers.astype(numpy.int8)),
                self.constant(f"{name}_scale", scale), self.constant(f"{name}_point", points),
                scale)

    def bias(self, name, scale):
        sums = numpy.rint(self.weights[name] / scale).astype(numpy.int32)
        return self.constant(f"{name}_int32", sums)

    def scale_of(self, name):
        return numpy_helper.to_array(self.constants[self.activation_scale(name)[0]])

    def add(self, op_type, inputs, output, domain="", **given):
        self.new.append(helper.make_node(op_type, inputs, [output], name=f"{output}_{op_type}",
                                         domain=domain, **given))
        return output

    def finish(self):
        graph = self.net.graph
        used = {name for node in self.new for name in node.input}
        kept = [item for item in graph.initializer
                if item.name in used and item.name not in self.constants]
        del graph.initializer[:]
        graph.initializer.extend([*kept, *self.constants.values()])
        del graph.node[:]
        graph.node.extend(self.new)
        del graph.value_info[:]
        opset = max(13, self.net.opset_import[0].version)
        del self.net.opset_import[:]
        self.net.opset_import.extend([helper.make_opsetid("", opset),
                                      helper.make_opsetid("com.microsoft", 1)])
        return self.net

    def only_clip_behind(self, node):
        readers = self.readers.get(node.output[0], [])
        return readers[0] if len(readers) == 1 and clip_like(readers[0]) else None


def to_qdq(net, x):
    q = Quantiser(net, x, signed=True, per_channel=True)
    graph = net.graph

    def quantised(name):
        """A value behind QuantizeLinear and DequantizeLinear."""
        if f"{name}_dq" not in done:
            done.add(f"{name}_dq")
            scale, point = q.activation_scale(name)
            q.add("QuantizeLinear", [name, scale, point], f"{name}_q")
            q.add("DequantizeLinear", [f"{name}_q", scale, point], f"{name}_dq")
        return f"{name}_dq"

    done = set()
    clipped = set()
    for node in list(graph.node):
        if clip_like(node) and node.input[0] in clipped:
            q.new.append(node)
            continue
        inputs = list(node.input)
        if node.op_type in ("Conv", "Gemm"):
            axis = 0 if node.op_type == "Conv" or attributes(node).get("transB", 0) else 1
            integers, scale, point, numbers = q.weight(inputs[1], axis)
            q.add("DequantizeLinear", [integers, scale, point], f"{inputs[1]}_dq", axis=axis)
            units = q.scale_of(inputs[0]) * numbers
            if len(inputs) > 2:
                name = q.bias(inputs[2], units)
                q.add("DequantizeLinear",
                      [name, q.constant(f"{name}_scale", units.astype(numpy.float32)),
                       q.constant(f"{name}_point", numpy.zeros(units.shape, numpy.int32))],
                      f"{inputs[2]}_dq", axis=0)
                inputs[2] = f"{inputs[2]}_dq"
            inputs[0], inputs[1] = quantised(inputs[0]), f"{inputs[1]}_dq"
        else:
            inputs = [name if name in q.weights or not name else quantised(name)
                      for name in inputs]
        new = onnx.NodeProto()
        new.CopyFrom(node)
        del new.input[:]
        new.input.extend(inputs)
        q.new.append(new)
        if q.only_clip_behind(node) is not None:
            clipped.add(node.output[0])
    last = graph.output[0].name
    for node in q.new:
        for i, name in enumerate(node.output):
            if name == last:
                node.output[i] = f"{last}_floats"
    q.values[f"{last}_floats"] = q.values[last]
    scale, point = q.activation_scale(f"{last}_floats")
    q.add("QuantizeLinear", [f"{last}_floats", scale, point], f"{last}_q")
    q.add("DequantizeLinear", [f"{last}_q", scale, point], last)
    return q.finish()


def to_qlinear(net, x):
    q = Quantiser(net, x, signed=False, per_channel=False)
    graph = net.graph
    first, last = graph.input[0].name, graph.output[0].name
    q.add("QuantizeLinear", [first, *q.activation_scale(first)], f"{first}_q")
    alias = {}
    for node in list(graph.node):
        inputs = [alias.get(name, name) for name in node.input]
        output, clip = node.output[0], q.only_clip_behind(node)
        if clip_like(node) and node.input[0] in alias:
            alias[output] = alias[node.input[0]]  # what clips is the output's range
            continue
        if node.op_type in ("Conv", "Gemm", "Add", "GlobalAveragePool") and clip is not None:
            q.values[output] = q.values[clip.output[0]]
            alias[output] = output
        x_scale = q.activation_scale(inputs[0])
        if node.op_type in ("Conv", "Gemm"):
            integers, scale, point, numbers = q.weight(node.input[1], 0)
            bias = [q.bias(node.input[2], q.scale_of(inputs[0]) * numbers)]
        y_scale = None if node.op_type in MOVES else q.activation_scale(output)
        if node.op_type == "Conv":
            q.add("QLinearConv", [f"{inputs[0]}_q", *x_scale, integers, scale, point, *y_scale,
                                  *bias], f"{output}_q", **attributes(node))
        elif node.op_type == "Gemm":
            q.add("QGemm", [f"{inputs[0]}_q", *x_scale, integers, scale, point, *bias, *y_scale],
                  f"{output}_q", "com.microsoft", transB=attributes(node).get("transB", 0),
                  alpha=1.0, transA=0)
        elif node.op_type == "Add":
            q.add("QLinearAdd", [f"{inputs[0]}_q", *x_scale, f"{inputs[1]}_q",
                                 *q.activation_scale(inputs[1]), *y_scale], f"{output}_q",
                  "com.microsoft")
        elif node.op_type in ("AveragePool", "GlobalAveragePool"):
            q.add(f"QLinear{node.op_type}", [f"{inputs[0]}_q", *x_scale, *y_scale],
                  f"{output}_q", "com.microsoft", channels_last=0, **attributes(node))
        elif node.op_type == "Concat":
            parts = [item for name in inputs for item in (f"{name}_q", *q.activation_scale(name))]
            q.add("QLinearConcat", [*y_scale, *parts], f"{output}_q", "com.microsoft",
                  **attributes(node))
        elif node.op_type in ("MaxPool", "Flatten", "Reshape", "Dropout", "Identity"):
            rest = inputs[1:] if node.op_type == "Reshape" else []
            keep = "Identity" if node.op_type == "Dropout" else node.op_type
            given = {} if keep == "Identity" else attributes(node)
            q.add(keep, [f"{inputs[0]}_q", *rest], f"{output}_q", **given)
            q.scales[output] = x_scale
        else:
            raise AssertionError(f"{node.op_type} has no quantised form here")
    end = alias.get(last, last)
    q.add("DequantizeLinear", [f"{end}_q", *q.activation_scale(end)], last)
    return q.finish()


def main(folder, names):
    for name in names or NETS:
        x = torch.from_numpy(numpy.load(folder / f"{name}.input.npy"))
        for form, convert in (("qdq", to_qdq), ("qlinear", to_qlinear)):
            path = folder / f"{name}-{form}.onnx"
            source = folder / f"{name}.onnx"
            if path.exists() and path.stat().st_mtime > source.stat().st_mtime:
                continue
            net = onnx.load(str(source))
            drop_unused(net)
            with torch.no_grad():
                onnx.save(convert(net, x), str(path))
            print(path.name, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(NETS):
        sys.exit(f"usage: quantise_nets.py FOLDER [NAME...], names: {' '.join(NETS)}")
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
