#include "tests/unit/nn/every_kernel_net.h"

#include <cstdint>
#include <string>

#include "tests/unit/nn/feature_map.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"

namespace biglittle::nn::testing {

namespace {

// `value` through QuantizeLinear and DequantizeLinear.
std::string Quantised(OnnxBuilder& net, const std::string& value) {
  net.Node("QuantizeLinear", {value, "q.scale", "q.point"}, value + ".q");
  net.Node("DequantizeLinear", {value + ".q", "q.scale", "q.point"}, value + ".d");
  return value + ".d";
}

// A convolution of integers with 32 channels in and out.
std::string QuantisedConv(OnnxBuilder& net, const std::string& value, const std::string& name,
                          std::int64_t groups, std::int64_t kernel) {
  Ints weights;
  for (const float x : Noise(32 * (32 / groups) * kernel * kernel, 9)) {
    weights.push_back(static_cast<std::int64_t>(x * 127.0F));
  }
  net.Small(name + ".w", {32, 32 / groups, kernel, kernel}, onnx::TensorProto::INT8, weights);
  net.Node("DequantizeLinear", {name + ".w", "w.scale"}, name + ".f");
  net.Node("Conv", {value, name + ".f"}, name)
      .Int("group", groups)
      .IntList("pads", {kernel / 2, kernel / 2, kernel / 2, kernel / 2});
  return Quantised(net, name);
}

// 32 channels in bytes, from 32 of floats.
void AddQuantised(OnnxBuilder& net, const std::string& from, const std::string& output) {
  net.Weight("q.scale", {}, {0.02F});
  net.Small("q.point", {}, onnx::TensorProto::UINT8, {120});
  net.Weight("w.scale", {}, {0.001F});
  const std::string start = Quantised(net, from);
  const std::string direct = QuantisedConv(net, start, "q.direct", 1, 3);
  const std::string depthwise = QuantisedConv(net, direct, "q.depthwise", 32, 3);
  net.Node("Add", {depthwise, start}, "q.sum");
  net.Node("Identity", {Quantised(net, "q.sum")}, output);
}

}  // namespace

OnnxBuilder EveryKernelNet() {
  const Geometry three{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};
  OnnxBuilder net({3, 24, 24}, 14);
  AddConvolution(net, NoiseConvolution(3, 32, 1, three, 1), "x", "stem");
  net.Node("Relu", {"stem"}, "stem.r");
  AddConvolution(net, NoiseConvolution(32, 32, 1, three, 2), "stem.r", "winograd");
  net.Node("Add", {"winograd", "stem.r"}, "sum");
  AddConvolution(net, NoiseConvolution(32, 32, 32, three, 3), "sum", "depthwise");
  net.Node("HardSwish", {"depthwise"}, "swish");
  AddConvolution(net, NoiseConvolution(32, 48, 4, three, 4), "swish", "grouped");
  AddConvolution(net, NoiseConvolution(32, 5, 1, {.kernel = {5, 5}, .pads = {2, 2, 2, 2}}, 5),
                 "swish", "wide");
  AddQuantised(net, "swish", "bytes");
  net.Node("Concat", {"grouped", "wide", "bytes"}, "joined").Int("axis", 1);
  net.Node("MaxPool", {"joined"}, "max").IntList("kernel_shape", {2, 2}).IntList("strides", {2, 2});
  net.Node("AveragePool", {"max"}, "mean").IntList("kernel_shape", {3, 3});
  net.Node("Softmax", {"mean"}, "soft").Int("axis", 1);
  net.Node("GlobalAveragePool", {"mean"}, "global");
  net.Node("Mul", {"soft", "global"}, "gated");
  net.Node("Reshape", {"gated", net.List("rows", {0, 85, 100})}, "rows.v");
  net.Node("Transpose", {"rows.v"}, "steps").IntList("perm", {1, 0, 2});
  net.Weight("lstm.w", {2, 4 * 24, 100}, Noise(2 * 4 * 24 * 100, 6));
  net.Weight("lstm.r", {2, 4 * 24, 24}, Noise(2 * 4 * 24 * 24, 7));
  net.Node("LSTM", {"steps", "lstm.w", "lstm.r"}, "")
      .Also("state")
      .Text("direction", "bidirectional");
  net.Node("Transpose", {"state"}, "h").IntList("perm", {1, 0, 2});
  net.Node("Flatten", {"h"}, "flat");
  net.Node("Gemm", {"flat", net.Weight("fc", {48, 300}, Noise(48 * 300, 8))}, "fc.y");
  net.Node("Sigmoid", {"fc.y"});
  return net;
}

}  // namespace biglittle::nn::testing
