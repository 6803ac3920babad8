// Feature maps that lie channels last, between operators that want them otherwise.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
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

const Plane kInput{3, 3, 5, 6};
const Geometry kThree{.kernel = {3, 3}, .pads = {1, 1, 1, 1}};

float Relu(float x) { return std::max(x, 0.0F); }
float Sum(float a, float b) { return a + b; }
float Product(float a, float b) { return a * b; }

// A net that begins with a convolution to 8 channels, "conv", for a test to go on.
class ConvolutionFirst : public ::testing::Test {
 protected:
  ConvolutionFirst() : net_({kInput.channels, kInput.height, kInput.width}) {
    AddConvolution(net_, first_, "x", "conv");
  }
  void Expect(const FeatureMap& expected, float tolerance = 1e-5F) {
    const Plane& p = expected.plane;
    ExpectOutput(net_, input_.data, {p.channels, p.height, p.width}, expected.data, tolerance);
  }
  void ExpectShaped(const FeatureMap& expected, const Ints& shape, float tolerance = 1e-5F) {
    ExpectOutput(net_, input_.data, shape, expected.data, tolerance);
  }

  OnnxBuilder net_;
  const FeatureMap input_ = NoiseMap(kInput, 1);
  const Convolution first_ = NoiseConvolution(3, 8, 1, kThree, 2);
  const Convolution second_ = NoiseConvolution(8, 5, 1, kThree, 3);
  const FeatureMap conv_ = Convolve(input_, first_);
};

TEST_F(ConvolutionFirst, TheNetsOutputIsPlanar) {
  net_.Node("Identity", {"conv"});
  Expect(conv_);
  EXPECT_THAT(KernelsOf(net_), ElementsAre("conv 3x3 3->8, direct", "to planar"));
}

TEST_F(ConvolutionFirst, SoftmaxOverChannelsBetweenConvolutions) {
  net_.Node("Softmax", {"conv"}, "s").Int("axis", 1);
  AddConvolution(net_, second_, "s", "y");
  Expect(Convolve(SoftmaxOverChannels(conv_), second_));
}

TEST_F(ConvolutionFirst, FlattenAndGemmReadPixelsFirst) {
  const Floats weights = Noise(8 * 30 * 4, 5);
  net_.Node("Flatten", {"conv"}, "f");
  net_.Node("Gemm", {"f", net_.Weight("w", {240, 4}, weights)});
  ExpectShaped(Dense(conv_, weights, 4), {4}, 1e-4F);
  EXPECT_THAT(KernelsOf(net_), ElementsAre("conv 3x3 3->8, direct", "dense 240->4"));
}

TEST_F(ConvolutionFirst, GemmWithTurnedWeightsReadsPixelsFirst) {
  const Floats weights = Noise(8 * 30 * 4, 5);
  Floats turned(weights.size());
  for (std::size_t i = 0; i < weights.size(); ++i) turned[i % 4 * 240 + i / 4] = weights[i];
  net_.Node("Flatten", {"conv"}, "f");
  net_.Node("Gemm", {"f", net_.Weight("w", {4, 240}, turned)}).Int("transB", 1);
  ExpectShaped(Dense(conv_, weights, 4), {4}, 1e-4F);
}

// The activation is the convolution's, but what it yields is no feature map of the same shape.
TEST_F(ConvolutionFirst, ActivationBehindFlatten) {
  net_.Node("Flatten", {"conv"}, "f");
  net_.Node("Relu", {"f"});
  ExpectShaped(Map(conv_, Relu), {240});
}

TEST_F(ConvolutionFirst, ActivationAndGemmBehindFlatten) {
  const Floats weights = Noise(8 * 30 * 4, 5);
  net_.Node("Flatten", {"conv"}, "f");
  net_.Node("Relu", {"f"}, "r");
  net_.Node("Gemm", {"r", net_.Weight("w", {240, 4}, weights)});
  ExpectShaped(Dense(Map(conv_, Relu), weights, 4), {4}, 1e-4F);
  EXPECT_THAT(KernelsOf(net_), ElementsAre("conv 3x3 3->8 + relu, direct", "dense 240->4"));
}

TEST_F(ConvolutionFirst, ActivationBehindAnotherFeatureMapsShape) {
  net_.Node("Reshape", {"conv", net_.List("shape", {0, 4, 12, 5})}, "r");
  net_.Node("Relu", {"r"});
  ExpectShaped(Map(conv_, Relu), {4, 12, 5});
}

TEST_F(ConvolutionFirst, ReshapeBetweenConvolutions) {
  const Convolution second = NoiseConvolution(4, 3, 1, kThree, 3);
  net_.Node("Reshape", {"conv", net_.List("shape", {0, 4, 6, 10})}, "r");
  AddConvolution(net_, second, "r", "y");
  Expect(Convolve({{3, 4, 6, 10}, conv_.data}, second));
}

TEST_F(ConvolutionFirst, SumBehindReshape) {
  const FeatureMap reshaped{{3, 4, 6, 10}, conv_.data};
  const Convolution other = NoiseConvolution(3, 8, 1, kThree, 7);
  AddConvolution(net_, other, "x", "other");
  net_.Node("Reshape", {"conv", net_.List("shape", {0, 4, 6, 10})}, "a");
  net_.Node("Reshape", {"other", "shape"}, "b");
  net_.Node("Add", {"a", "b"}, "s");
  const Convolution second = NoiseConvolution(4, 3, 1, kThree, 3);
  AddConvolution(net_, second, "s", "y");
  const FeatureMap sum = Zip(conv_, Convolve(input_, other), Sum);
  Expect(Convolve({{3, 4, 6, 10}, sum.data}, second));
}

TEST_F(ConvolutionFirst, TransposeOfAConvolution) {
  net_.Node("Transpose", {"conv"}).IntList("perm", {0, 2, 3, 1});
  FeatureMap turned{{3, 5, 6, 8}, {}};
  for (std::int64_t i = 0; i < 3 * 30 * 8; ++i) {
    turned.data.push_back(conv_.At(i / 240, i % 8, i % 240 / 48, i % 48 / 8));
  }
  Expect(turned);
}

TEST_F(ConvolutionFirst, JoinsChannelsAsTheyLie) {
  AddConvolution(net_, NoiseConvolution(3, 5, 1, kThree, 7), "x", "b");
  AddConvolution(net_, NoiseConvolution(3, 1, 1, kThree, 8), "x", "c");
  net_.Node("Concat", {"conv", "b", "c"}).Int("axis", 1);
  Expect(JoinChannels({conv_, Convolve(input_, NoiseConvolution(3, 5, 1, kThree, 7)),
                       Convolve(input_, NoiseConvolution(3, 1, 1, kThree, 8))}));
  EXPECT_THAT(KernelsOf(net_), ElementsAre("conv 3x3 3->8, direct", "conv 3x3 3->5, direct",
                                           "conv 3x3 3->1, direct", "concat", "to planar"));
}

TEST_F(ConvolutionFirst, JoinsAConvolutionAndThePlanarInput) {
  net_.Node("Concat", {"x", "conv"}, "j").Int("axis", 1);
  const Convolution second = NoiseConvolution(11, 4, 1, kThree, 3);
  AddConvolution(net_, second, "j", "y");
  Expect(Convolve(JoinChannels({input_, conv_}), second));
}

TEST_F(ConvolutionFirst, JoinsWidths) {
  const Convolution other = NoiseConvolution(3, 8, 1, {.kernel = {1, 1}}, 7);
  AddConvolution(net_, other, "x", "b");
  net_.Node("Concat", {"conv", "b"}, "j").Int("axis", 3);
  AddConvolution(net_, second_, "j", "y");
  Expect(Convolve(JoinWidths({conv_, Convolve(input_, other)}), second_));
}

TEST_F(ConvolutionFirst, SqueezeAndExcite) {
  const Convolution squeeze = NoiseConvolution(8, 8, 1, {}, 7);
  net_.Node("GlobalAveragePool", {"conv"}, "mean");
  AddConvolution(net_, squeeze, "mean", "s");
  net_.Node("Sigmoid", {"s"}, "gate");
  net_.Node("Mul", {"conv", "gate"});
  const FeatureMap gate = Map(Convolve(MeanOverPixels(conv_), squeeze),
                              [](float x) { return 1.0F / (1.0F + std::exp(-x)); });
  Expect(Zip(conv_, gate, Product));
  EXPECT_THAT(KernelsOf(net_),
              ElementsAre("conv 3x3 3->8, direct", "average pool 1x30",
                          "conv 1x1 8->8 + sigmoid, direct", "multiply", "to planar"));
}

TEST_F(ConvolutionFirst, GateOfPixels) {
  const Convolution one = NoiseConvolution(8, 1, 1, {}, 7);
  AddConvolution(net_, one, "conv", "gate");
  net_.Node("Mul", {"gate", "conv"});
  Expect(Zip(conv_, Convolve(conv_, one), Product));
}

TEST_F(ConvolutionFirst, PReluOfChannels) {
  const Floats slopes = Noise(8, 5);
  net_.Node("PRelu", {"conv", net_.Weight("slope", {8, 1, 1}, slopes)});
  Expect(Zip(conv_, Channels(slopes), [](float x, float a) { return x < 0 ? a * x : x; }));
  EXPECT_THAT(KernelsOf(net_), ElementsAre("conv 3x3 3->8, direct", "prelu", "to planar"));
}

TEST_F(ConvolutionFirst, ConstantFeatureMapIsAddedPlanar) {
  const FeatureMap other = NoiseMap({1, 8, 5, 6}, 5);
  net_.Node("Add", {"conv", net_.Weight("c", {8, 5, 6}, other.data)}, "s");
  AddConvolution(net_, second_, "s", "y");
  Expect(Convolve(Zip(conv_, other, Sum), second_));
}

TEST_F(ConvolutionFirst, ConstantRowIsAddedToEveryRow) {
  const FeatureMap other = NoiseMap({1, 1, 1, 6}, 5);
  net_.Node("Add", {net_.Weight("c", {6}, other.data), "conv"});
  Expect(Zip(conv_, other, Sum));
}

TEST_F(ConvolutionFirst, NormalisationInFrontOfAndBehindAPool) {
  const Floats gamma = Noise(8, 5);
  const Floats beta = Noise(8, 6);
  net_.Weight("g", {8}, gamma);
  net_.Weight("b", {8}, beta);
  net_.Weight("m", {8}, Floats(8, 0.25F));
  net_.Weight("v", {8}, Floats(8, 4.0F));
  net_.Node("Relu", {"conv"}, "r");
  net_.Node("BatchNormalization", {"r", "g", "b", "m", "v"}, "n1").Float("epsilon", 0);
  net_.Node("MaxPool", {"n1"}, "p").IntList("kernel_shape", {2, 3}).IntList("pads", {1, 0, 0, 2});
  net_.Node("BatchNormalization", {"p", "g", "b", "m", "v"}).Float("epsilon", 0);
  const auto normalise = [&](const FeatureMap& map) {
    const FeatureMap scaled =
        Zip(map, Channels(gamma), [](float x, float g) { return (x - 0.25F) / 2.0F * g; });
    return Zip(scaled, Channels(beta), Sum);
  };
  const FeatureMap in_front = normalise(Map(conv_, Relu));
  const Geometry g{.kernel = {2, 3}, .pads = {1, 0, 0, 2}};
  const FeatureMap pooled{{3, 8, 5, 6},
                          NaivePool(in_front.data, in_front.plane, g, [](const auto& seen, auto) {
                            return *std::ranges::max_element(seen);
                          })};
  Expect(normalise(pooled));
  EXPECT_THAT(KernelsOf(net_), ElementsAre("conv 3x3 3->8 + relu, direct", "batch normalisation",
                                           "max pool 2x3", "batch normalisation", "to planar"));
}

TEST_F(ConvolutionFirst, MeanOverPixels) {
  net_.Node("ReduceMean", {"conv"}).IntList("axes", {2, 3}).Int("keepdims", 0);
  ExpectShaped(MeanOverPixels(conv_), {8});
}

TEST_F(ConvolutionFirst, AMapThatIsReadInBothLayouts) {
  net_.Node("Softmax", {"conv"}, "s").Int("axis", 1);
  AddConvolution(net_, NoiseConvolution(8, 8, 1, kThree, 3), "conv", "b");
  net_.Node("Mul", {"s", "b"}, "p");
  net_.Node("Add", {"p", "conv"});
  const FeatureMap product = Zip(SoftmaxOverChannels(conv_),
                                 Convolve(conv_, NoiseConvolution(8, 8, 1, kThree, 3)), Product);
  Expect(Zip(product, conv_, Sum));
}

// One copy of the input in each layout is enough, however many read it.
TEST_F(ConvolutionFirst, TwoPlanarReadersShareACopy) {
  net_.Node("Softmax", {"conv"}, "a").Int("axis", 1);
  net_.Node("Softmax", {"conv"}, "b").Int("axis", 1);
  net_.Node("Sub", {"a", "b"});
  ExpectShaped(Map(conv_, [](float) { return 0.0F; }), {8, 5, 6});
  const auto kernels = KernelsOf(net_);
  EXPECT_EQ(std::ranges::count(kernels, "to planar"), 1);
}

TEST_F(ConvolutionFirst, OneDimension) {
  OnnxBuilder net({3, 30});
  const Geometry g{.kernel = {1, 3}, .pads = {0, 1, 0, 1}};
  const Convolution first = NoiseConvolution(3, 8, 1, g, 2);
  const Convolution second = NoiseConvolution(8, 4, 2, g, 3);
  for (const auto* c : {&first, &second}) {
    const bool is_first = c == &first;
    const std::string name = is_first ? "a" : "b";
    net.Weight(name + ".w", {c->outputs, is_first ? 3 : 4, 3}, c->weights);
    net.Weight(name + ".b", {c->outputs}, c->bias);
    net.Node("Conv", {is_first ? "x" : "p", name + ".w", name + ".b"}, name)
        .Int("group", c->groups)
        .IntList("pads", {1, 1});
    if (is_first) net.Node("AveragePool", {"a"}, "p").IntList("kernel_shape", {2});
  }
  net.Node("Transpose", {"b"}, "t").IntList("perm", {0, 2, 1});
  net.Node("Softmax", {"t"}).Int("axis", 2);
  const FeatureMap a = Convolve({{3, 3, 1, 30}, input_.data}, first);
  const Geometry two{.kernel = {1, 2}};
  const FeatureMap p{{3, 8, 1, 29}, NaivePool(a.data, a.plane, two, [](const auto& seen, auto) {
                       return (seen[0] + seen[1]) / 2.0;
                     })};
  const FeatureMap s = SoftmaxOverChannels(Convolve(p, second));
  Floats turned;
  for (std::int64_t i = 0; i < 3 * 29 * 4; ++i)
    turned.push_back(s.At(i / 116, i % 4, 0, i % 116 / 4));
  ExpectOutput(net, input_.data, {29, 4}, turned);
}

// What the sum adds is also what the convolution reads: the output cannot lie there.
class SumWithOwnInput : public ::testing::TestWithParam<Convolution> {};

TEST_P(SumWithOwnInput, KeepsItUntilAllIsRead) {
  const Plane plane{3, 48, 22, 13};
  const Convolution& convolution = GetParam();
  const FeatureMap input = NoiseMap(plane, 1);
  OnnxBuilder net({48, 22, 13});
  AddConvolution(net, NoiseConvolution(48, 48, 1, {}, 2), "x", "a");
  net.Node("Tanh", {"a"}, "b");
  AddConvolution(net, convolution, "b", "c");
  net.Node("Add", {"b", "c"});
  const FeatureMap b = Map(Convolve(input, NoiseConvolution(48, 48, 1, {}, 2)),
                           [](float x) { return std::tanh(x); });
  ExpectOutput(net, input.data, {48, 22, 13}, Zip(b, Convolve(b, convolution), Sum).data, 1e-4F);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, SumWithOwnInput,
                         ::testing::Values(NoiseConvolution(48, 48, 1, {}, 3),
                                           NoiseConvolution(48, 48, 1, kThree, 3),
                                           NoiseConvolution(48, 48, 48, kThree, 3),
                                           NoiseConvolution(48, 48, 4, {}, 3)),
                         ::testing::PrintToStringParamName());

TEST(Layout, SumOfAProductWithItsInput) {
  constexpr std::int64_t kWidth = 150;  // several panels
  const FeatureMap input = NoiseMap({5, kWidth, 1, 1}, 1);
  const Floats weights = Noise(kWidth * kWidth, 2);
  OnnxBuilder net({kWidth});
  const Floats before = Noise(kWidth * kWidth, 3);
  net.Node("MatMul", {"x", net.Weight("v", {kWidth, kWidth}, before)}, "a");
  net.Node("MatMul", {"a", net.Weight("w", {kWidth, kWidth}, weights)}, "b");
  net.Node("Add", {"b", "a"});
  const FeatureMap a = Dense(input, before, kWidth);
  ExpectOutput(net, input.data, {kWidth}, Zip(Dense(a, weights, kWidth), a, Sum).data, 1e-3F);
}

}  // namespace
}  // namespace biglittle::nn::testing
