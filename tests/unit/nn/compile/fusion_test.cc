// Activations, constants and sums behind convolutions and products: absorbed or not, the answer is
// the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "nn/model.h"
#include "tests/unit/nn/feature_map.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"

namespace biglittle::nn::testing {
namespace {

using ::testing::ElementsAre;

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

const Plane kInput{3, 4, 5, 6};
const Geometry kThree{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};

float Sum(float a, float b) { return a + b; }

struct FactorCase {
  std::string op;
  bool constant_left = false;
  float (*function)(float x, float c) = nullptr;  // x is the convolution's
  bool fused = true;
};

void PrintTo(const FactorCase& c, std::ostream* out) {
  *out << c.op << (c.constant_left ? "Left" : "Right");
}

class ConstantOfChannels : public ::testing::TestWithParam<FactorCase> {};

TEST_P(ConstantOfChannels, BecomesPartOfTheConvolution) {
  const FactorCase& c = GetParam();
  const Convolution convolution = NoiseConvolution(4, 6, 2, kThree, 1);
  const FeatureMap input = NoiseMap(kInput, 2);
  const Floats constants = {1.5F, -2.0F, 0.5F, 3.0F, -1.0F, 4.0F};
  OnnxBuilder net({4, 5, 6});
  AddConvolution(net, convolution, "x", "conv");
  net.Weight("c", {6, 1, 1}, constants);
  net.Node(c.op, c.constant_left ? std::vector<std::string>{"c", "conv"}
                                 : std::vector<std::string>{"conv", "c"});
  const FeatureMap expected = Zip(Convolve(input, convolution), Channels(constants), c.function);
  // What divides by a sum of products magnifies its rounding where that is small.
  const bool divides_by_map = c.op == "Div" && c.constant_left;
  if (!divides_by_map) ExpectOutput(net, input.data, {6, 5, 6}, expected.data);
  const std::string conv = "conv 3x3 4->6 in 2 groups, direct";
  if (c.fused) {
    EXPECT_THAT(KernelsOf(net), ElementsAre(conv, "to planar"));
  } else {
    EXPECT_THAT(KernelsOf(net), ElementsAre(conv, "divide", "to planar"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Operators, ConstantOfChannels,
    ::testing::Values(FactorCase{"Add", false, [](float x, float c) { return x + c; }},
                      FactorCase{"Add", true, [](float x, float c) { return c + x; }},
                      FactorCase{"Sub", false, [](float x, float c) { return x - c; }},
                      FactorCase{"Sub", true, [](float x, float c) { return c - x; }},
                      FactorCase{"Mul", false, [](float x, float c) { return x * c; }},
                      FactorCase{"Mul", true, [](float x, float c) { return c * x; }},
                      FactorCase{"Div", false, [](float x, float c) { return x / c; }},
                      FactorCase{"Div", true, [](float x, float c) { return c / x; }, false}),
    ::testing::PrintToStringParamName());

// As an exporter writes a batch normalisation in parts, with an activation behind.
TEST(Fusion, ConstantsInARow) {
  const Convolution convolution = NoiseConvolution(4, 4, 4, kThree, 1);
  const FeatureMap input = NoiseMap(kInput, 2);
  const Floats factors = Noise(4, 3);
  const Floats shifts = Noise(4, 4);
  OnnxBuilder net({4, 5, 6});
  AddConvolution(net, convolution, "x", "conv");
  net.Node("Mul", {"conv", net.Weight("m", {1, 4, 1, 1}, factors)}, "a");
  net.Node("Add", {"a", net.Weight("s", {4, 1, 1}, shifts)}, "b");
  net.Node("Sigmoid", {"b"});
  const FeatureMap scaled =
      Zip(Convolve(input, convolution), Channels(factors), [](float x, float c) { return x * c; });
  const FeatureMap expected =
      Map(Zip(scaled, Channels(shifts), Sum), [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
  ExpectOutput(net, input.data, {4, 5, 6}, expected.data);
  EXPECT_THAT(KernelsOf(net),
              ElementsAre("to channels last", "conv 3x3 4->4 in 4 groups + sigmoid, depthwise",
                          "to planar"));
}

// A number for each column of a map that is as wide as it has channels.
TEST(Fusion, ConstantOfColumnsIsNotOneOfChannels) {
  const Convolution convolution = NoiseConvolution(4, 6, 1, kThree, 1);
  const FeatureMap input = NoiseMap(kInput, 2);
  const FeatureMap columns = NoiseMap({1, 1, 1, 6}, 3);
  OnnxBuilder net({4, 5, 6});
  AddConvolution(net, convolution, "x", "conv");
  net.Node("Mul", {"conv", net.Weight("c", {6}, columns.data)});
  ExpectOutput(
      net, input.data, {6, 5, 6},
      Zip(Convolve(input, convolution), columns, [](float x, float c) { return x * c; }).data);
}

TEST(Fusion, BiasBehindAProductOfRows) {
  const Floats weights = Noise(6 * 7, 1);
  const Floats bias = Noise(7, 2);
  const FeatureMap input = NoiseMap({3 * 5, 6, 1, 1}, 3);
  OnnxBuilder net({5, 6});
  net.Node("MatMul", {"x", net.Weight("w", {6, 7}, weights)}, "p");
  net.Node("Add", {net.Weight("b", {7}, bias), "p"}, "s");
  net.Node("Relu", {"s"});
  const FeatureMap expected = Map(Zip(Dense(input, weights, 7), Channels(bias), Sum),
                                  [](float x) { return std::max(x, 0.0F); });
  ExpectOutput(net, input.data, {5, 7}, expected.data);
  EXPECT_THAT(KernelsOf(net), ElementsAre("dense 6->7 x 5 rows + relu"));
}

// As many rows as columns: the constant is the columns' all the same.
TEST(Fusion, BiasOfRowsStays) {
  const Floats weights = Noise(6 * 5, 1);
  const Floats rows = Noise(5, 2);
  const FeatureMap input = NoiseMap({3 * 5, 6, 1, 1}, 3);
  OnnxBuilder net({5, 6});
  net.Node("MatMul", {"x", net.Weight("w", {6, 5}, weights)}, "p");
  net.Node("Add", {"p", net.Weight("b", {5, 1}, rows)});
  Floats expected = Dense(input, weights, 5).data;
  for (std::size_t i = 0; i < expected.size(); ++i) expected[i] += rows[i / 5 % 5];
  ExpectOutput(net, input.data, {5, 5}, expected);
  EXPECT_THAT(KernelsOf(net), ElementsAre("dense 6->5 x 5 rows", "add"));
}

class Residual : public ::testing::Test {
 protected:
  const Convolution a_ = NoiseConvolution(4, 6, 1, kThree, 1);
  const Convolution b_ = NoiseConvolution(4, 6, 2, {}, 2);
  const FeatureMap input_ = NoiseMap(kInput, 3);
  OnnxBuilder net_ = OnnxBuilder({4, 5, 6});
};

TEST_F(Residual, TheLaterBranchTakesTheSum) {
  for (const bool a_first : {true, false}) {
    for (const bool a_left : {true, false}) {
      OnnxBuilder net({4, 5, 6});
      if (a_first) AddConvolution(net, a_, "x", "a");
      AddConvolution(net, b_, "x", "b");
      if (!a_first) AddConvolution(net, a_, "x", "a");
      net.Node("Add",
               a_left ? std::vector<std::string>{"a", "b"} : std::vector<std::string>{"b", "a"},
               "s");
      net.Node("Relu", {"s"});
      const FeatureMap expected = Map(Zip(Convolve(input_, a_), Convolve(input_, b_), Sum),
                                      [](float x) { return std::max(x, 0.0F); });
      ExpectOutput(net, input_.data, {6, 5, 6}, expected.data);
      const std::string a = "conv 3x3 4->6";
      const std::string b = "conv 1x1 4->6 in 2 groups";
      EXPECT_THAT(KernelsOf(net),
                  ElementsAre((a_first ? a : b) + ", direct",
                              (a_first ? b : a) + " + sum + relu, direct", "to planar"));
    }
  }
}

TEST_F(Residual, SumWithTheNetsInput) {
  const Convolution back = NoiseConvolution(6, 4, 1, kThree, 4);
  AddConvolution(net_, a_, "x", "a");
  net_.Node("Relu", {"a"}, "r");
  AddConvolution(net_, back, "r", "b");
  net_.Node("Add", {"x", "b"});
  const FeatureMap relu = Map(Convolve(input_, a_), [](float x) { return std::max(x, 0.0F); });
  ExpectOutput(net_, input_.data, {4, 5, 6}, Zip(Convolve(relu, back), input_, Sum).data);
  EXPECT_THAT(KernelsOf(net_),
              ::testing::Contains(::testing::HasSubstr("conv 3x3 6->4 + sum, direct")));
}

TEST_F(Residual, TwoSumsAreNotOne) {
  AddConvolution(net_, a_, "x", "a");
  AddConvolution(net_, b_, "x", "b");
  AddConvolution(net_, NoiseConvolution(4, 6, 1, {}, 5), "x", "c");
  net_.Node("Add", {"a", "b"}, "s");
  net_.Node("Add", {"s", "c"});
  const FeatureMap first = Zip(Convolve(input_, a_), Convolve(input_, b_), Sum);
  const FeatureMap c = Convolve(input_, NoiseConvolution(4, 6, 1, {}, 5));
  ExpectOutput(net_, input_.data, {6, 5, 6}, Zip(first, c, Sum).data);
}

TEST_F(Residual, AChannelsConstantBehindASumStays) {
  const Floats factors = Noise(6, 6);
  AddConvolution(net_, a_, "x", "a");
  AddConvolution(net_, b_, "x", "b");
  net_.Node("Add", {"a", "b"}, "s");
  net_.Node("Mul", {"s", net_.Weight("c", {6, 1, 1}, factors)});
  const FeatureMap sum = Zip(Convolve(input_, a_), Convolve(input_, b_), Sum);
  ExpectOutput(net_, input_.data, {6, 5, 6},
               Zip(sum, Channels(factors), [](float x, float c) { return x * c; }).data);
}

TEST_F(Residual, TheSameBranchTwice) {
  AddConvolution(net_, a_, "x", "a");
  net_.Node("Add", {"a", "a"});
  const FeatureMap a = Convolve(input_, a_);
  ExpectOutput(net_, input_.data, {6, 5, 6}, Zip(a, a, Sum).data);
}

}  // namespace
}  // namespace biglittle::nn::testing
