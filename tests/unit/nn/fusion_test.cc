// Activations behind convolutions and products: absorbed or not, the answer is the same.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// One channel in, two out: 2x + 1 and -x.
void AddConv(OnnxBuilder& net) {
  net.Weight("w", {2, 1, 1}, {2, -1});
  net.Weight("b", {2}, {1, 0});
  net.Node("Conv", {"x", "w", "b"}, "c");
}

TEST(Fusion, ActivationBehindConvolution) {
  OnnxBuilder net({1, 2});
  AddConv(net);
  net.Node("Relu", {"c"});
  ExpectOutput(net, {1, -2, 0, 3}, {2, 2}, {3, 0, 0, 2, 1, 7, 0, 0});
}

TEST(Fusion, TwoActivationsInARow) {
  OnnxBuilder net({1, 2});
  AddConv(net);
  net.Node("LeakyRelu", {"c"}, "r").Float("alpha", 0.5F);
  net.Node("Clip", {"r", "", net.Weight("six", {}, {6})});
  ExpectOutput(net, {1, -2, 0, 3}, {2, 2}, {3, -1.5F, -0.5F, 2, 1, 6, 0, -1.5F});
}

TEST(Fusion, ActivationBehindProduct) {
  OnnxBuilder net({2});
  net.Weight("w", {2, 2}, {1, -1, 1, -1});
  net.Node("Gemm", {"x", "w"}, "g");
  net.Node("Tanh", {"g"});
  const float t = std::tanh(3.0F);
  ExpectOutput(net, {1, 2, 0, 0}, {2}, {t, -t, 0, 0});
}

TEST(Fusion, TwoActivationsBehindProduct) {
  OnnxBuilder net({1});
  net.Weight("w", {1, 2}, {2, -1});
  net.Node("Gemm", {"x", "w"}, "g");
  net.Node("LeakyRelu", {"g"}, "r").Float("alpha", 0.5F);
  net.Node("Clip", {"r", "", net.Weight("six", {}, {6})});
  ExpectOutput(net, {4, -4}, {2}, {6, -2, -4, 4});
}

// The reader that could be absorbed comes first, or last.
TEST(Fusion, NotWhereTheProductIsReadTwice) {
  for (const bool relu_first : {true, false}) {
    OnnxBuilder net({1, 2});
    AddConv(net);
    if (relu_first) net.Node("Relu", {"c"}, "r");
    net.Node("Softmax", {"c"}, "s").Int("axis", 1);
    if (!relu_first) net.Node("Relu", {"c"}, "r");
    net.Node("Add", {"r", "s"});
    // Channels differ by 3x + 1; the logistic function of that is the first channel's softmax.
    const auto softmax = [](float x) { return 1.0F / (1.0F + std::exp(-3.0F * x - 1.0F)); };
    ExpectOutput(net, {1, -2}, {2, 2},
                 {3 + softmax(1), softmax(-2), 1 - softmax(1), 2 + 1 - softmax(-2)});
  }
}

TEST(Fusion, NormalisationBehindActivationStays) {
  OnnxBuilder net({1, 2});
  AddConv(net);
  net.Node("Relu", {"c"}, "r");
  for (const char* name : {"gamma", "beta", "mean", "variance"}) net.Weight(name, {2}, {4, 4});
  net.Node("BatchNormalization", {"r", "gamma", "beta", "mean", "variance"}).Float("epsilon", 0);
  // (x - 4) / 2 * 4 + 4
  ExpectOutput(net, {1, -2}, {2, 2}, {2, -4, -4, 0});
}

// With fixed shapes a view may have no batch in front: what it calls channels are rows of the map.
TEST(Fusion, FactorsOfRowsAreNotThoseOfChannels) {
  OnnxBuilder net({2, 2, 3});
  net.Weight("w", {2, 2, 1, 1}, {1, 0, 0, 1});
  net.Weight("rows", {2, 1}, {10, 100});
  net.Node("Conv", {"x", "w"}, "c");
  net.Node("Squeeze", {"c", net.List("axes", {0})}, "s");
  net.Node("Mul", {"s", "rows"});
  ExpectFixedOutput(net, {1, 2, 2, 3}, Ramp(12), {2, 2, 3},
                    {0, 10, 20, 300, 400, 500, 60, 70, 80, 900, 1000, 1100});
}

TEST(Fusion, FactorsOfPixelsAreNotThoseOfChannels) {
  OnnxBuilder net({2, 1, 2});
  net.Weight("w", {2, 2, 1, 1}, {1, 0, 0, 1});
  net.Node("Conv", {"x", "w"}, "c");
  net.Node("Reshape", {"c", net.List("shape", {2, 2})}, "s");
  net.Node("Mul", {"s", net.Weight("pixels", {2}, {10, 100})});
  ExpectFixedOutput(net, {1, 2, 1, 2}, {1, 2, 3, 4}, {2, 2}, {10, 200, 30, 400});
}

}  // namespace
}  // namespace biglittle::nn::testing
