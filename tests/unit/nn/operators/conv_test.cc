#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"

namespace biglittle::nn::testing {
namespace {

struct ConvCase {
  std::string name;
  Plane plane;
  std::int64_t outputs = 1;
  std::int64_t groups = 1;
  Geometry geometry;
  bool bias = true;
};

void PrintTo(const ConvCase& c, std::ostream* out) { *out << c.name; }

// Which order a BLAS adds the products in depends on the processor, and the rounding of a sum of n
// products of random signs grows with the root of n. Up to a hundred products: the usual tolerance.
float ToleranceOf(std::int64_t products) {
  return 1e-5F * std::max(1.0F, std::sqrt(static_cast<float>(products)) / 10.0F);
}

class ConvAgainstNaive : public ::testing::TestWithParam<ConvCase> {};

TEST_P(ConvAgainstNaive, Agrees) {
  const ConvCase& c = GetParam();
  const Geometry& g = c.geometry;
  const Ints shape = {c.outputs, c.plane.channels / c.groups, g.kernel[0], g.kernel[1]};
  const Floats weights = Noise(shape[0] * shape[1] * shape[2] * shape[3], 2);
  const Floats bias = c.bias ? Noise(c.outputs, 3) : Floats{};
  const Floats input = Noise(c.plane.size(), 4);

  OnnxBuilder net({c.plane.channels, c.plane.height, c.plane.width});
  std::vector<std::string> inputs = {"x", net.Weight("w", shape, weights)};
  if (c.bias) inputs.push_back(net.Weight("b", {c.outputs}, bias));
  net.Node("Conv", inputs)
      .IntList("strides", {g.stride[0], g.stride[1]})
      .IntList("dilations", {g.dilation[0], g.dilation[1]})
      .IntList("pads", {g.pads[0], g.pads[1], g.pads[2], g.pads[3]})
      .Int("group", c.groups);
  ExpectOutput(net, input, {c.outputs, g.Output(0, c.plane.height), g.Output(1, c.plane.width)},
               NaiveConv(input, c.plane, weights, bias, c.outputs, c.groups, g),
               ToleranceOf(shape[1] * shape[2] * shape[3]));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ConvAgainstNaive,
    ::testing::Values(
        ConvCase{"plain", {2, 3, 7, 5}, 4, 1, {.kernel = {3, 3}}},
        ConvCase{"padded", {3, 2, 6, 6}, 5, 1, {.kernel = {3, 3}, .pads = {1, 1, 1, 1}}},
        ConvCase{"uneven_pads", {2, 2, 5, 4}, 3, 1, {.kernel = {2, 4}, .pads = {0, 2, 1, 1}}},
        ConvCase{"strided", {2, 3, 9, 8}, 4, 1, {.kernel = {3, 2}, .stride = {2, 3}}},
        ConvCase{"dilated",
                 {2, 3, 9, 11},
                 2,
                 1,
                 {.kernel = {3, 3}, .dilation = {2, 3}, .pads = {1, 2, 3, 4}}},
        ConvCase{"all",
                 {2, 4, 13, 12},
                 6,
                 2,
                 {.kernel = {3, 5}, .stride = {2, 3}, .dilation = {2, 1}, .pads = {2, 1, 0, 3}}},
        ConvCase{"stride_beyond_kernel", {2, 2, 9, 9}, 3, 1, {.kernel = {1, 2}, .stride = {4, 3}}},
        ConvCase{"kernel_of_whole_input", {3, 2, 4, 6}, 5, 1, {.kernel = {4, 6}}},
        ConvCase{"mostly_padding", {2, 2, 1, 2}, 3, 1, {.kernel = {3, 5}, .pads = {2, 4, 2, 4}}},
        ConvCase{"pointwise", {3, 6, 5, 7}, 4, 1, {}},
        ConvCase{"pointwise_one_pixel", {3, 6, 1, 1}, 4, 1, {}},
        ConvCase{"pointwise_one_output", {3, 6, 3, 3}, 1, 1, {}},
        ConvCase{"pointwise_groups", {2, 6, 4, 5}, 9, 3, {}},
        ConvCase{"pointwise_strided", {2, 6, 5, 7}, 4, 1, {.stride = {2, 2}}},
        ConvCase{"pointwise_padded", {2, 3, 4, 4}, 4, 1, {.pads = {1, 0, 0, 2}}},
        ConvCase{"groups", {2, 6, 6, 5}, 4, 2, {.kernel = {3, 3}, .pads = {1, 1, 1, 1}}},
        ConvCase{"depthwise", {2, 5, 8, 7}, 5, 5, {.kernel = {3, 3}, .pads = {1, 1, 1, 1}}},
        ConvCase{"depthwise_twofold",
                 {2, 3, 8, 7},
                 6,
                 3,
                 {.kernel = {3, 2}, .stride = {2, 1}, .pads = {0, 1, 2, 0}}},
        ConvCase{"depthwise_dilated",
                 {2, 4, 9, 9},
                 4,
                 4,
                 {.kernel = {3, 3}, .stride = {1, 2}, .dilation = {2, 3}, .pads = {2, 3, 2, 3}}},
        ConvCase{"one_channel", {2, 1, 9, 9}, 8, 1, {.kernel = {5, 5}, .stride = {2, 2}}},
        ConvCase{"no_bias", {2, 3, 6, 6}, 4, 1, {.kernel = {3, 3}}, false},
        // Larger than one tile of im2col.
        ConvCase{"tiles", {1, 40, 24, 25}, 3, 1, {.kernel = {5, 5}, .pads = {2, 2, 2, 2}}}),
    [](const auto& test) { return test.param.name; });

TEST(Conv, OneDimension) {
  OnnxBuilder net({1, 5});
  net.Weight("w", {1, 1, 3}, {1, 10, 100});
  net.Weight("b", {1}, {0.5F});
  net.Node("Conv", {"x", "w", "b"}).IntList("pads", {1, 0}).IntList("strides", {2});
  // Windows (0 1 2), (2 3 4) of 0 1 2 3 4 5, the first 0 being the pad.
  ExpectOutput(net, {1, 2, 3, 4, 5}, {1, 2}, {210.5F, 432.5F});
}

TEST(Conv, OneDimensionGroupsAndDilation) {
  const Plane plane{3, 4, 1, 11};
  const Geometry g{.kernel = {1, 3}, .dilation = {1, 2}, .pads = {0, 2, 0, 1}};
  const Floats weights = Noise(6 * 2 * 3, 5);
  OnnxBuilder net({4, 11});
  net.Weight("w", {6, 2, 3}, weights);
  net.Node("Conv", {"x", "w"})
      .Int("group", 2)
      .IntList("dilations", {2})
      .IntList("pads", {2, 1})
      .IntList("kernel_shape", {3});
  const Floats input = Noise(plane.size(), 6);
  ExpectOutput(net, input, {6, 10}, NaiveConv(input, plane, weights, {}, 6, 2, g));
}

// Six inputs, kernel 3, stride 2: three outputs, and one pad that goes to the end or the front.
TEST(Conv, AutoPad) {
  for (const auto& [mode, expected] : {std::pair<std::string, Floats>{"SAME_UPPER", {6, 12, 11}},
                                       {"SAME_LOWER", {3, 9, 15}},
                                       {"VALID", {6, 12}}}) {
    OnnxBuilder net({1, 6});
    net.Weight("w", {1, 1, 3}, {1, 1, 1});
    net.Node("Conv", {"x", "w"}).Text("auto_pad", mode).IntList("strides", {2});
    ExpectOutput(net, {1, 2, 3, 4, 5, 6}, {1, static_cast<std::int64_t>(expected.size())},
                 expected);
  }
}

TEST(Conv, CountsItsWork) {
  OnnxBuilder net({4, 6, 6});
  net.Weight("w", {8, 2, 3, 3}, Noise(8 * 2 * 9));
  net.Weight("b", {8}, Noise(8));
  net.Node("Conv", {"x", "w", "b"}).Int("group", 2);
  const auto model = Parse(net);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->info().multiply_adds, 8 * 4 * 4 * 2 * 9);
  EXPECT_EQ(model->info().parameters, 8 * 2 * 9 + 8);
}

class ConvRefused : public ::testing::Test {
 protected:
  // A sound convolution, for a test to break.
  ConvRefused() : net_({2, 5, 5}) {}
  NodeBuilder Node(const Ints& weights = {3, 2, 3, 3}) {
    std::int64_t count = 1;
    for (const std::int64_t extent : weights) count *= extent;
    net_.Weight("w", weights, Noise(count));
    return net_.Node("Conv", {"x", "w"}).Named("first");
  }
  void ExpectInvalid(const std::string& reason) {
    ExpectRefused(net_, absl::StatusCode::kInvalidArgument, "node 'first' (Conv): " + reason);
  }
  OnnxBuilder net_;
};

TEST_F(ConvRefused, WrongChannels) {
  Node({3, 4, 3, 3});
  ExpectInvalid("weights [3, 4, 3, 3] expect 4 channels a group, the input [N, 2, 5, 5] has 2");
}
TEST_F(ConvRefused, WrongRank) {
  Node({3, 2, 3});
  ExpectInvalid("weights [3, 2, 3] and input [N, 2, 5, 5] differ in rank");
}
TEST_F(ConvRefused, GroupsThatDoNotDivide) {
  Node().Int("group", 2);
  ExpectInvalid("2 groups do not divide 2 input and 3 output channels");
}
TEST_F(ConvRefused, NoGroups) {
  Node().Int("group", 0);
  ExpectInvalid("0 groups");
}
TEST_F(ConvRefused, KernelShapeAgainstWeights) {
  Node().IntList("kernel_shape", {3, 2});
  ExpectInvalid("kernel_shape [3, 2] does not fit");
}
TEST_F(ConvRefused, KernelLargerThanInput) {
  Node({3, 2, 6, 3});
  ExpectInvalid("a kernel of extent 6 does not fit into 5 inputs with pads 0 and 0");
}
TEST_F(ConvRefused, StrideZero) {
  Node().IntList("strides", {0, 1});
  ExpectInvalid("strides and dilations must be 2 positive numbers");
}
TEST_F(ConvRefused, HugeDilation) {
  Node().IntList("dilations", {std::int64_t{1} << 40, 1});
  ExpectInvalid("strides and dilations must be 2 positive numbers");
}
TEST_F(ConvRefused, NegativePads) {
  Node().IntList("pads", {0, -1, 0, 0});
  ExpectInvalid("pads must be 4 numbers of 0 or more");
}
TEST_F(ConvRefused, TooFewPads) {
  Node().IntList("pads", {0, 1});
  ExpectInvalid("pads must be 4 numbers");
}
TEST_F(ConvRefused, UnknownAutoPad) {
  Node().Text("auto_pad", "SOMETIMES");
  ExpectInvalid("auto_pad 'SOMETIMES' is not known");
}
TEST_F(ConvRefused, AttributeOfWrongType) {
  Node().Float("group", 1.0F);
  ExpectInvalid("attribute 'group' must be an integer");
}
TEST_F(ConvRefused, UnknownAttribute) {
  Node().Int("activation", 1);
  ExpectRefused(net_, absl::StatusCode::kUnimplemented,
                "node 'first' (Conv): attribute 'activation' is not known");
}
TEST_F(ConvRefused, BiasOfWrongSize) {
  Node().proto().add_input(net_.Weight("b", {2}, {1, 2}));
  ExpectInvalid("bias [2] must have one number for each of 3 channels");
}
TEST_F(ConvRefused, OutputBeyondLimit) {
  Node().IntList("pads", {1 << 23, 1 << 23, 0, 0});
  ExpectInvalid("its output would have the impossible shape");
}
TEST_F(ConvRefused, WeightsThatAreComputed) {
  net_.Node("Relu", {"x"}, "r");
  net_.Node("Conv", {"x", "r"}).Named("first");
  ExpectRefused(net_, absl::StatusCode::kUnimplemented,
                "node 'first' (Conv): input 1 must be a constant");
}

}  // namespace
}  // namespace biglittle::nn::testing
