#!/usr/bin/python3
"""Writes corpus/nn_loader: small ONNX files, sound and broken, from which the fuzzer starts.

    /usr/bin/python3 tests/fuzz/make_nn_loader_corpus.py

Files that the fuzzer found are added by hand, as found_*; this script leaves them alone.
"""

import pathlib
import sys

import numpy
from onnx import TensorProto, helper, numpy_helper

CORPUS = pathlib.Path(__file__).parent / "corpus" / "nn_loader"


def weight(name, *dims):
    values = numpy.linspace(-1, 1, int(numpy.prod(dims)), dtype=numpy.float32).reshape(dims)
    return numpy_helper.from_array(values, name)


def ints(name, *values):
    return numpy_helper.from_array(numpy.array(values, dtype=numpy.int64), name)


def model(nodes, weights=(), sample=(2, 4, 5), opset=13):
    graph = helper.make_graph(
        nodes, "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", *sample])],
        [helper.make_empty_tensor_value_info("y")], list(weights))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8,
                             producer_name="seed")


def one(op, inputs=("x",), weights=(), sample=(2, 4, 5), opset=13, **attributes):
    return model([helper.make_node(op, list(inputs), ["y"], **attributes)], weights, sample, opset)


def scalar(name, value, dtype=numpy.float32):
    return numpy_helper.from_array(numpy.array(value, dtype=dtype), name)


def conv(name, outputs, group=1, **attributes):
    return one("Conv", ("x", "w", "b"), (weight("w", outputs, 2 // group, 3, 3),
                                         weight("b", outputs)), group=group, **attributes)


def shape_chain():
    return model([
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Slice", ["s", "zero", "one"], ["n"]),
        helper.make_node("Concat", ["n", "open"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["y"])],
        (ints("zero", 0), ints("one", 1), ints("open", -1)))


def recurrent(op, gates, **attributes):
    """As PyTorch exports it with batch_first: time in front, the batch behind it."""
    directions = 2 if attributes.get("direction") == "bidirectional" else 1
    return model([
        helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        helper.make_node(op, ["t", "w", "r", "b"], ["", "h"], hidden_size=3, **attributes),
        helper.make_node("Transpose", ["h"], ["y"], perm=[1, 0, 2])],
        (weight("w", directions, gates * 3, 5), weight("r", directions, gates * 3, 3),
         weight("b", directions, 2 * gates * 3)), (4, 5))


def residual():
    """Channels in sixteens: Winograd, a sum, and a map that is read planar too."""
    return model([
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Add", ["a", "x"], ["s"]),
        helper.make_node("Relu", ["s"], ["m"]),
        helper.make_node("Softmax", ["m"], ["p"], axis=1),
        helper.make_node("Mul", ["m", "p"], ["y"])],
        (weight("w", 16, 16, 3, 3),), (16, 6, 7))


def gather_chain():
    return model([
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Constant", [], ["i"], value_int=0),
        helper.make_node("Gather", ["s", "i"], ["n"]),
        helper.make_node("Unsqueeze", ["n", "zero"], ["f"]),
        helper.make_node("Concat", ["f", "open"], ["t"], axis=0),
        helper.make_node("Reshape", ["x", "t"], ["y"])], (ints("zero", 0), ints("open", -1)))


def computed_pads():
    """What PyTorch exports for F.pad(x, (1, 2))."""
    return model([
        helper.make_node("ConstantOfShape", ["missing"], ["zeros"],
                         value=helper.make_tensor("v", TensorProto.INT64, [1], [0])),
        helper.make_node("Concat", ["given", "zeros"], ["all"], axis=0),
        helper.make_node("Reshape", ["all", "pairs"], ["table"]),
        helper.make_node("Slice", ["table", "minus", "end", "zero", "minus"], ["turned"]),
        helper.make_node("Transpose", ["turned"], ["sides"], perm=[1, 0]),
        helper.make_node("Reshape", ["sides", "minus"], ["list"]),
        helper.make_node("Cast", ["list"], ["pads"], to=TensorProto.INT64),
        helper.make_node("Pad", ["x", "pads"], ["y"])],
        (ints("missing", 6), ints("given", 1, 2), ints("pairs", -1, 2), ints("minus", -1),
         ints("end", -2**63 + 1), ints("zero", 0)))


def split():
    return model([
        helper.make_node("Split", ["x"], ["a", "b"], axis=2),
        helper.make_node("Sub", ["a", "b"], ["y"])])


def quantized():
    return model([
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"]),
        helper.make_node("DequantizeLinear", ["w", "sw"], ["k"], axis=1),
        helper.make_node("MatMul", ["d", "k"], ["y"])],
        (scalar("s", 0.1), scalar("z", 3, numpy.int8),
         numpy_helper.from_array(numpy.float32([1, 2, 3]), "sw"),
         numpy_helper.from_array(numpy.arange(15, dtype=numpy.int8).reshape(5, 3), "w")))


def look_up():
    return model([
        helper.make_node("ArgMax", ["x"], ["i"], axis=3, keepdims=0),
        helper.make_node("Gather", ["t", "i"], ["y"])], (weight("t", 5, 2),))


def shape_arithmetic():
    return model([
        helper.make_node("Shape", ["x"], ["s"], start=1),
        helper.make_node("Mul", ["s", "two"], ["m"]),
        helper.make_node("Neg", ["m"], ["n"]),
        helper.make_node("Div", ["n", "minus"], ["t"]),
        helper.make_node("Concat", ["batch", "t"], ["target"], axis=0),
        helper.make_node("Reshape", ["x", "target"], ["y"])],
        (ints("two", 2, 2, 1), ints("minus", -4, -1, -1), ints("batch", -1)), opset=15)


def small_net():
    return model([
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("BatchNormalization", ["c", "g", "b", "m", "v"], ["n"]),
        helper.make_node("Relu", ["n"], ["r"]),
        helper.make_node("Add", ["r", "c"], ["a"]),
        helper.make_node("MaxPool", ["a"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "k"], ["l"]),
        helper.make_node("Softmax", ["l"], ["y"])],
        (weight("w", 2, 2, 3, 3), weight("g", 2), weight("b", 2), weight("m", 2),
         numpy_helper.from_array(numpy.ones(2, dtype=numpy.float32), "v"), weight("k", 8, 3)))


def early_exit():
    """Two outputs that share a trunk."""
    net = model([
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["g"]),
        helper.make_node("Flatten", ["g"], ["e"]),
        helper.make_node("Gemm", ["e", "k"], ["exit"]),
        helper.make_node("Conv", ["r", "w"], ["d"], pads=[1, 1, 1, 1]),
        helper.make_node("Flatten", ["d"], ["f"]),
        helper.make_node("Gemm", ["f", "m"], ["y"])],
        (weight("w", 2, 2, 3, 3), weight("k", 2, 3), weight("m", 40, 3)))
    net.graph.output.insert(0, helper.make_empty_tensor_value_info("exit"))
    return net


def shared_outputs():
    """Outputs that are the input, another output, and what the net reads on."""
    net = model([
        helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        helper.make_node("Identity", ["c"], ["same"]),
        helper.make_node("Relu", ["c"], ["y"])], (weight("w", 2, 2, 3, 3),))
    for name in ("x", "c", "same"):
        net.graph.output.append(helper.make_empty_tensor_value_info(name))
    return net


def sound():
    return {
        "relu": one("Relu"), "leaky_relu": one("LeakyRelu", alpha=0.1),
        "sigmoid": one("Sigmoid"), "tanh": one("Tanh"), "hard_sigmoid": one("HardSigmoid"),
        "hard_swish": one("HardSwish", opset=14),
        "clip": one("Clip", ("x", "lo", "hi"), (numpy_helper.from_array(numpy.float32(0), "lo"),
                                                numpy_helper.from_array(numpy.float32(6), "hi"))),
        "clip_opset7": one("Clip", min=0.0, max=1.0, opset=7),
        "softmax": one("Softmax", axis=2), "log_softmax_opset9": one("LogSoftmax", opset=9),
        "add": one("Add", ("x", "c"), (weight("c", 2, 1, 1),)),
        "sub": one("Sub", ("c", "x"), (weight("c", 1),)), "mul": one("Mul", ("x", "x")),
        "div": one("Div", ("x", "c"), (weight("c", 5),)),
        "conv": conv("conv", 3, pads=[1, 0, 0, 1], strides=[2, 1]),
        "conv_depthwise": conv("conv", 4, group=2, dilations=[1, 2]),
        "conv_same": conv("conv", 1, auto_pad="SAME_UPPER", strides=[2, 2]),
        "conv_pointwise": one("Conv", ("x", "w"), (weight("w", 3, 2, 1, 1),)),
        "conv_1d": one("Conv", ("x", "w"), (weight("w", 3, 2, 3),), (2, 8), pads=[1, 1]),
        "max_pool": one("MaxPool", kernel_shape=[2, 3], ceil_mode=1, strides=[2, 2]),
        "average_pool": one("AveragePool", kernel_shape=[3, 2], pads=[1, 1, 1, 0],
                            count_include_pad=1),
        "global_average_pool": one("GlobalAveragePool"), "global_max_pool": one("GlobalMaxPool"),
        "gemm": one("Gemm", ("x", "w", "b"), (weight("w", 3, 4), weight("b", 3)), (4,), transB=1,
                    alpha=0.5),
        "matmul": one("MatMul", ("x", "w"), (weight("w", 5, 3),)),
        "matmul_left": one("MatMul", ("w", "x"), (weight("w", 2, 3, 4),)),
        "flatten": one("Flatten"), "transpose": one("Transpose", perm=[0, 3, 1, 2]),
        "reshape": one("Reshape", ("x", "s"), (ints("s", 0, -1, 10),)),
        "squeeze": one("Squeeze", ("x", "a"), (ints("a", 1),), (1, 4)),
        "unsqueeze": one("Unsqueeze", ("x", "a"), (ints("a", 2, -1),)),
        "concat": one("Concat", ("x", "x"), axis=2), "identity": one("Identity"),
        "dropout": one("Dropout"), "reduce_mean": one("ReduceMean", axes=[1, 3], keepdims=0),
        "pad": one("Pad", ("x", "p"), (ints("p", 0, 0, 1, 2, 0, 1, 0, 1),)),
        "abs": one("Abs"), "neg": one("Neg"), "exp": one("Exp"), "erf": one("Erf"),
        "elu": one("Elu", alpha=0.5), "selu": one("Selu"), "softplus": one("Softplus"),
        "log": model([helper.make_node("Exp", ["x"], ["e"]), helper.make_node("Log", ["e"], ["y"])]),
        "sqrt": model([helper.make_node("Abs", ["x"], ["e"]),
                       helper.make_node("Sqrt", ["e"], ["y"])]),
        "reciprocal": one("Reciprocal"), "pow": one("Pow", ("x", "e"), (ints("e", 2),)),
        "prelu": one("PRelu", ("x", "s"), (weight("s", 2, 1, 1),)),
        "max": one("Max", ("x", "c", "d"), (weight("c", 2, 1, 1), weight("d", 5))),
        "min": one("Min", ("x", "c"), (weight("c", 4, 1),)), "sum": one("Sum", ("x", "x", "x")),
        "instance_normalization": one("InstanceNormalization", ("x", "s", "b"),
                                      (weight("s", 2), weight("b", 2))),
        "layer_normalization": one("LayerNormalization", ("x", "s", "b"),
                                   (weight("s", 4, 5), weight("b", 4, 5)), axis=2, opset=17),
        "dft": model([helper.make_node("Unsqueeze", ["x", "last"], ["u"]),
                      helper.make_node("DFT", ["u", "length"], ["y"], axis=3, onesided=1)],
                     (ints("last", 4), ints("length", 7)), opset=17),
        "stft": model([helper.make_node("Reshape", ["x", "s"], ["r"]),
                       helper.make_node("HannWindow", ["size"], ["w"]),
                       helper.make_node("STFT", ["r", "step", "w"], ["y"])],
                      (ints("s", 0, -1, 1), scalar("size", 6, numpy.int64), scalar("step", 3, numpy.int64)), opset=17),
        "mel_weight_matrix": model(
            [helper.make_node("MelWeightMatrix", ["bands", "length", "rate", "low", "high"], ["m"]),
             helper.make_node("MatMul", ["x", "m"], ["y"])],
            (scalar("bands", 3, numpy.int64), scalar("length", 8, numpy.int64), scalar("rate", 16, numpy.int64),
             scalar("low", 1.0), scalar("high", 7.5)),
            opset=17),
        "lrn": one("LRN", size=2), "split": split(),
        "expand": one("Expand", ("x", "s"), (ints("s", 3, 1),), (1, 4)),
        "slice": one("Slice", ("x", "s", "e", "a", "t"),
                     (ints("s", -1, 1), ints("e", -9, 5), ints("a", 2, 3), ints("t", -2, 2))),
        "gather": one("Gather", ("x", "i"), (ints("i", 3, -4, 0),), axis=2), "look_up": look_up(),
        "pad_reflect": one("Pad", ("x", "p"), (ints("p", 0, 0, 3, -1, 0, 1, 1, 4),),
                           mode="reflect"),
        "pad_edge": one("Pad", mode="edge", pads=[0, 0, 2, 0, 0, 0, -1, 7], opset=10),
        "computed_pads": computed_pads(), "quantized": quantized(),
        "cast": one("Cast", to=TensorProto.INT8), "arg_max": one("ArgMax", axis=1),
        "reduce_sum": one("ReduceSum", ("x", "a"), (ints("a", 1, -1),)),
        "reduce_max": one("ReduceMax", axes=[2], keepdims=0),
        "size": model([helper.make_node("Size", ["c"], ["n"]),
                       helper.make_node("Unsqueeze", ["n", "zero"], ["l"]),
                       helper.make_node("Concat", ["open", "l"], ["t"], axis=0),
                       helper.make_node("Reshape", ["x", "t"], ["y"])],
                      (weight("c", 40), ints("zero", 0), ints("open", -1))),
        "conv_grouped": one("Conv", ("x", "w"), (weight("w", 6, 2, 1, 3),), (4, 3, 6), group=2),
        "lstm": recurrent("LSTM", 4), "gru": recurrent("GRU", 3, direction="bidirectional",
                                                       linear_before_reset=1),
        "rnn": recurrent("RNN", 1, direction="reverse", activations=["Relu"]),
        "residual": residual(),
        # What the net computes, where a constant is wanted: refused.
        "computed_shape": model([
            helper.make_node("ArgMax", ["x"], ["a"], axis=1, keepdims=0),
            helper.make_node("Reshape", ["x", "a"], ["y"])], (), (4,)),
        "computed_start": model([
            helper.make_node("ArgMax", ["x"], ["a"], axis=1, keepdims=0),
            helper.make_node("Cast", ["a"], ["c"], to=TensorProto.INT64),
            helper.make_node("Slice", ["x", "c", "end", "axes"], ["y"])],
            (ints("end", 3), ints("axes", 1)), (4,)),
        "shape_arithmetic": shape_arithmetic(),
        "shape_chain": shape_chain(), "gather_chain": gather_chain(), "small_net": small_net(),
        "early_exit": early_exit(), "shared_outputs": shared_outputs(),
    }


def broken():
    net = small_net()
    whole = net.SerializeToString()
    yield "empty", b""
    yield "text", b"not a model at all"
    for part in (1, 2, 3):
        yield f"cut_{part}", whole[:len(whole) * part // 4]
    external = one("Conv", ("x", "w"), (weight("w", 3, 2, 1, 1),))
    tensor = external.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    yield "external_data", external.SerializeToString()
    huge = one("Conv", ("x", "w"), (weight("w", 3, 2, 1, 1),))
    huge.graph.initializer[0].dims[0] = 2**62
    yield "huge_dims", huge.SerializeToString()
    yield "cycle", model([helper.make_node("Add", ["x", "y"], ["y"])]).SerializeToString()
    yield "unknown_operator", one("Einsum", equation="i->i").SerializeToString()
    yield "huge_pads", conv("c", 3, pads=[2**24, 0, 2**24, 0]).SerializeToString()
    yield "int_min", one("Transpose", perm=[-2**63, 1, 2, 3]).SerializeToString()


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, net in sound().items():
        (CORPUS / f"{name}.onnx").write_bytes(net.SerializeToString())
    for name, data in broken():
        (CORPUS / f"broken_{name}.onnx").write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
