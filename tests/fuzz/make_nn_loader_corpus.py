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


def ml(op, sample=(3,), outputs=("y",), **attributes):
    """A model of tables; trees have no operator of the standard domain."""
    net = model([helper.make_node(op, ["x"], list(outputs), domain="ai.onnx.ml", **attributes)], (), sample)
    del net.opset_import[:]
    net.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    return net


def tree(leaf):
    return {
        "nodes_treeids": [0] * 3, "nodes_nodeids": [0, 1, 2], "nodes_featureids": [2, 0, 0],
        "nodes_values": [0.5, 0.0, 0.0], "nodes_modes": ["BRANCH_LEQ", "LEAF", "LEAF"],
        "nodes_truenodeids": [1, 0, 0], "nodes_falsenodeids": [2, 0, 0], leaf + "_treeids": [0, 0],
        leaf + "_nodeids": [1, 2], leaf + "_ids": [0, 1], leaf + "_weights": [0.25, 0.75]}


def quantised_conv():
    byte = lambda name, value: numpy_helper.from_array(numpy.array(value, dtype=numpy.uint8), name)
    return model([
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("QLinearConv", ["q", "s", "z", "w", "s", "z", "s", "z"], ["c"], pads=[1, 0, 0, 1]),
        helper.make_node("ConvInteger", ["c", "v", "z", "z"], ["i"]),
        helper.make_node("Cast", ["i"], ["y"], to=TensorProto.FLOAT)],
        (scalar("s", 0.5), byte("z", 3), byte("w", numpy.full((2, 2, 2, 2), 7)),
         byte("v", numpy.full((1, 2, 1, 1), 9))))


def quantised_chain():
    byte = lambda name, value: numpy_helper.from_array(numpy.array(value, dtype=numpy.int8), name)
    nodes = []

    def pair(name):
        nodes.append(helper.make_node("QuantizeLinear", [name, "s", "z"], [f"{name}q"]))
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}q", "s", "z"], [f"{name}d"]))
        return f"{name}d"

    nodes += [helper.make_node("DequantizeLinear", [name, "sw"], [f"{name}d"], axis=0)
              for name in ("w", "v")]
    nodes.append(helper.make_node("Conv", [pair("x"), "wd"], ["a"], pads=[1, 1, 1, 1]))
    nodes.append(helper.make_node("Relu", ["a"], ["b"]))
    nodes.append(helper.make_node("Conv", [pair("b"), "vd"], ["c"], group=16, strides=[2, 1]))
    nodes.append(helper.make_node("MaxPool", [pair("c")], ["m"], kernel_shape=[2, 1]))
    nodes.append(helper.make_node("Add", [pair("m"), "md"], ["t"]))
    nodes.append(helper.make_node("GlobalAveragePool", [pair("t")], ["p"]))
    nodes.append(helper.make_node("Mul", [pair("p"), "td"], ["g"]))
    nodes.append(helper.make_node("Concat", [pair("g"), "td"], ["j"], axis=1))
    nodes.append(helper.make_node("Sigmoid", [pair("j")], ["f"]))
    nodes.append(helper.make_node("Identity", [pair("f")], ["y"]))
    return model(nodes, (
        scalar("s", 0.05), scalar("z", -7, numpy.int8),
        numpy_helper.from_array(numpy.full(16, 0.02, numpy.float32), "sw"),
        byte("w", numpy.arange(16 * 2 * 9).reshape(16, 2, 3, 3) % 251 - 125),
        byte("v", numpy.arange(16 * 2).reshape(16, 1, 2, 1) % 251 - 125)), (2, 6, 5))


def quantised_matmul():
    byte = lambda name, value: numpy_helper.from_array(numpy.array(value, dtype=numpy.int8), name)
    return model([
        helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]),
        helper.make_node("MatMulInteger", ["q", "w", "z", "p"], ["i"]),
        helper.make_node("Cast", ["i"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["f", "s"], ["y"])],
        (byte("w", numpy.full((4, 3), 5)), byte("p", 1)), (4,))


def body(nodes, inputs, outputs):
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
    return helper.make_graph(nodes, "body", [value(name) for name in inputs],
                             [value(name) for name in outputs])


def control_flow():
    choice = helper.make_node(
        "If", ["c"], ["h"],
        then_branch=body([helper.make_node("Neg", ["x"], ["t"])], [], ["t"]),
        else_branch=body([helper.make_node("Abs", ["x"], ["t"])], [], ["t"]))
    loop = helper.make_node(
        "Loop", ["n", "", "h"], ["l", "rows"],
        body=body([helper.make_node("Add", ["v", "v"], ["w"])], ["i", "g", "v"], ["g", "w", "w"]))
    scan = helper.make_node(
        "Scan", ["l", "rows"], ["m", "y"], num_scan_inputs=1,
        body=body([helper.make_node("Add", ["a", "b"], ["d"])], ["a", "b"], ["d", "d"]))
    condition = numpy_helper.from_array(numpy.array(True), "c")
    return model([choice, loop, scan], (condition, ints("n", 3)), (2,))


def function():
    net = model([helper.make_node("Twice", ["x"], ["t"], domain="own", k=2),
                 helper.make_node("Twice", ["t"], ["y"], domain="own", k=1)], (), (4,), 15)
    net.opset_import.append(helper.make_opsetid("own", 1))
    inner = helper.make_node("Flatten", ["a"], ["f"])
    inner.attribute.add(name="axis", ref_attr_name="k", type=2)
    net.functions.append(helper.make_function(
        "own", "Twice", ["a"], ["b"], [inner, helper.make_node("Add", ["f", "f"], ["b"])],
        [helper.make_opsetid("", 15)], ["k"]))
    return net


def state():
    net = model([
        helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        helper.make_node("GRU", ["t", "w", "r", "", "", "h"], ["", "y"], hidden_size=3)],
        (weight("w", 1, 9, 5), weight("r", 1, 9, 3)), (4, 5))
    net.graph.input.append(helper.make_tensor_value_info("h", TensorProto.FLOAT, [1, "batch", 3]))
    return net


def beside():
    net = one("Add", ("x", "w"), (weight("w", 4),), (4,))
    tensor = net.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "weights"), ("offset", "8"), ("length", "16")):
        tensor.external_data.add(key=key, value=value)
    return net


def newer():
    """What came with opset 18 and later, of operators that are older, and the new ones."""
    return {
        "reduce_axes": one("ReduceMean", ("x", "a"), (ints("a", 1, -1),), opset=18),
        "split_outputs": model([
            helper.make_node("Split", ["x"], ["y", "b", "c"], axis=3, num_outputs=3)], opset=18),
        "pad_axes": one("Pad", ("x", "p", "", "a"), (ints("p", 1, 2), ints("a", -1)), opset=19,
                        mode="wrap"),
        "resize": one("Resize", ("x", "", "s"), (scalar("s", [1, 1, 2, 0.5]),), mode="linear"),
        "resize_cubic": one("Resize", ("x", "", "", "s"), (ints("s", 1, 2, 3, 9),), mode="cubic"),
        "conv_transpose": one("ConvTranspose", ("x", "w"), (weight("w", 2, 3, 2, 2),),
                              strides=[2, 1], output_padding=[1, 0]),
        "tile": one("Tile", ("x", "r"), (ints("r", 1, 2, 1, 3),)),
        "depth_to_space": one("DepthToSpace", (("x"),), (), (4, 2, 3), blocksize=2),
        "space_to_depth": one("SpaceToDepth", (("x"),), (), (2, 4, 6), blocksize=2),
        "gather_elements": one("GatherElements", ("x", "i"),
                               (numpy_helper.from_array(
                                   numpy.zeros((1, 2, 4, 5), dtype=numpy.int64), "i"),), axis=2),
        "gather_nd": one("GatherND", ("w", "i"), (weight("w", 3, 4), numpy_helper.from_array(
            numpy.array([[0, 1], [2, 3]], dtype=numpy.int64), "i"))),
        "top_k": one("TopK", ("x", "k"), (ints("k", 2),), axis=2),
        "cum_sum": one("CumSum", ("x", "a"), (ints("a", -1),), reverse=1),
        "one_hot": model([
            helper.make_node("ArgMax", ["x"], ["a"], axis=1),
            helper.make_node("OneHot", ["a", "d", "v"], ["y"])],
            (ints("d", 4), scalar("v", [0.0, 1.0])), (4,)),
        "einsum": one("Einsum", ("x", "w"), (weight("w", 5, 3),), equation="bchw,wk->bchk"),
        "trilu": one("Trilu", opset=14, upper=0),
        "group_normalization": one("GroupNormalization", ("x", "s", "b"),
                                   (weight("s", 4), weight("b", 4)), (4, 3), 21, num_groups=2),
        "rms_normalization": one("RMSNormalization", ("x", "s"), (weight("s", 5),), opset=23),
        "attention": one("Attention", ("x", "x", "x"), (), (2, 4, 6), 23, is_causal=1),
        "rotary_embedding": one("RotaryEmbedding", ("x", "c", "c"), (weight("c", 1, 4, 3),),
                                (2, 4, 6), 23),
        "scatter_elements": one("ScatterElements", ("x", "i", "x"), (numpy_helper.from_array(
            numpy.zeros((1, 2, 4, 5), dtype=numpy.int64), "i"),), axis=3),
        "conv_3d": one("Conv", ("x", "w"), (weight("w", 2, 1, 2, 2, 2),), (1, 3, 4, 3)),
        "max_pool_3d": one("MaxPool", ("x",), (), (1, 3, 4, 3), kernel_shape=[2, 2, 2]),
        "dequantize_blocks": model([
            helper.make_node("DequantizeLinear", ["w", "s"], ["d"], axis=1, block_size=2),
            helper.make_node("Add", ["x", "d"], ["y"])],
            (numpy_helper.from_array(numpy.ones((1, 4), dtype=numpy.int8), "w"),
             weight("s", 1, 2)), (4,), 21),
        "gelu": one("Gelu", opset=20, approximate="tanh"), "mish": one("Mish", opset=18),
        "reduce_log_sum_exp": one("ReduceLogSumExp", axes=[2]),
        "control_flow": control_flow(), "function": function(), "state": state(),
        "beside": beside(), "quantised_conv": quantised_conv(),
        "quantised_chain": quantised_chain(),
        "quantised_matmul": quantised_matmul(),
        "trees": ml("TreeEnsembleRegressor", n_targets=2, **tree("target")),
        "tree_classes": ml("TreeEnsembleClassifier", outputs=("label", "y"),
                           classlabels_int64s=[4, 5], **tree("class")),
        "linear_classifier": ml("LinearClassifier", outputs=("label", "y"), classlabels_ints=[0, 1],
                                coefficients=[1.0, 0.0, 2.0, -1.0, 0.5, 1.0], intercepts=[0.0, 1.0]),
        "svm": ml("SVMClassifier", outputs=("label", "y"), classlabels_ints=[0, 1], kernel_type="RBF",
                  kernel_params=[0.5, 0.0, 3.0], support_vectors=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
                  coefficients=[1.0, -1.0], rho=[0.25], vectors_per_class=[1, 1],
                  prob_a=[-1.0], prob_b=[0.0]),
        "svm_regressor": ml("SVMRegressor", kernel_type="POLY", kernel_params=[1.0, 0.0, 2.0],
                            support_vectors=[1.0, 2.0, 3.0], coefficients=[0.5], rho=[1.0], n_supports=1),
        "scaler": ml("Scaler", offset=[1.0], scale=[2.0, 3.0, 4.0]),
        "normalizer": ml("Normalizer", norm="L2"),
        "label_encoder": ml("LabelEncoder", keys_floats=[1.0, 2.0], values_strings=["a", "b"]),
        "one_hot_encoder": ml("OneHotEncoder", cats_int64s=[1, 2]),
        "imputer": ml("Imputer", imputed_value_floats=[1.0], replaced_value_float=0.0),
    }


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
    yield "unknown_operator", one("Unique").SerializeToString()
    yield "huge_pads", conv("c", 3, pads=[2**24, 0, 2**24, 0]).SerializeToString()
    yield "int_min", one("Transpose", perm=[-2**63, 1, 2, 3]).SerializeToString()


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for name, net in (sound() | newer()).items():
        (CORPUS / f"{name}.onnx").write_bytes(net.SerializeToString())
    for name, data in broken():
        (CORPUS / f"broken_{name}.onnx").write_bytes(data)
    return 0


if __name__ == "__main__":
    sys.exit(main())
