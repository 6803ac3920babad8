// Nets between QuantizeLinear and DequantizeLinear: computed in bytes, with the same answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "hwy/targets.h"
#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/simd/targets.h"

namespace biglittle::nn::testing {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::StartsWith;

constexpr auto kInt8 = onnx::TensorProto::INT8;
constexpr auto kUint8 = onnx::TensorProto::UINT8;
constexpr auto kInt32 = onnx::TensorProto::INT32;

// `value` behind both: its name is then `value`.d.
std::string Pair(OnnxBuilder& net, const std::string& value, float scale, std::int64_t point,
                 std::int32_t type = kInt8, const std::string& output = "") {
  const std::string s = net.Weight(value + ".s", {}, {scale});
  const std::string z = net.Small(value + ".z", {}, type, {point});
  net.Node("QuantizeLinear", {value, s, z}, value + ".q");
  const std::string name = output.empty() ? value + ".d" : output;
  net.Node("DequantizeLinear", {value + ".q", s, z}, name);
  return name;
}

// Dequantised weights of int8, with a scale for each of the first dimension.
std::string Weights(OnnxBuilder& net, const std::string& name, const Ints& dims, const Ints& values,
                    const Floats& scales) {
  net.Small(name + ".i", dims, kInt8, values);
  const auto channels = static_cast<std::int64_t>(scales.size());
  net.Weight(name + ".s", {channels}, scales);
  net.Small(name + ".z", {channels}, kInt8, Ints(scales.size(), 0));
  net.Node("DequantizeLinear", {name + ".i", name + ".s", name + ".z"}, name).Int("axis", 0);
  return name;
}

class Quantise : public EveryTarget {};

TEST_P(Quantise, ConvolutionWithPaddingAndRelu) {
  OnnxBuilder net({1, 4});
  Pair(net, "x", 0.5F, 10);
  Weights(net, "w", {2, 1, 3}, {1, 2, 3, -1, 0, 2}, {1.0F, 0.25F});
  net.Small("b.i", {2}, kInt32, {4, -3});
  net.Weight("b.s", {2}, {0.5F, 0.125F});
  net.Node("DequantizeLinear", {"b.i", "b.s"}, "b").Int("axis", 0);
  net.Node("Conv", {"x.d", "w", "b"}, "c").IntList("pads", {1, 1});
  net.Node("Relu", {"c"}, "r");
  Pair(net, "r", 0.25F, -128, kInt8, "y");
  EXPECT_THAT(KernelsOf(net), ElementsAre("to int8", StartsWith("int8 conv 1x3 1->2 + relu, in "),
                                          "from int8", "to planar"));
  // x as integers of 0.5: 2, -4, 6, 3 and, beyond -69: -138.
  // Sums: 2*2+3*-4+4, 2+2*-4+3*6+4, -4+12+9+4, 6+6+4: -4, 16, 21, 16, times 0.5.
  // Of the other: 0*2+2*-4-3, -2+12-3, 4+6-3, -6-3: -11, 7, 7, -9, times 0.125: halves of 0.25.
  ExpectOutput(net, {1, -2, 3, 1.5F}, {2, 4}, {0, 8, 10.5F, 8, 0, 1, 1, 0}, 0.0F);
}

TEST_P(Quantise, HalvesGoToTheEvenNeighbour) {
  OnnxBuilder net({1, 1, 4});
  Pair(net, "x", 1, 0, kUint8);
  Weights(net, "w", {1, 1, 1, 1}, {1}, {0.5F});
  net.Node("Conv", {"x.d", "w"}, "c");
  Pair(net, "c", 1, 0, kUint8, "y");
  ExpectOutput(net, {1, 3, 5, 600}, {1, 1, 4}, {0, 2, 2, 128}, 0.0F);
}

TEST_P(Quantise, ProductToBytesAndToFloats) {
  OnnxBuilder net({3});
  Pair(net, "x", 0.5F, 0);
  Weights(net, "w", {2, 3}, {1, -2, 3, 4, 5, -6}, {0.5F, 1.0F});
  net.Node("Gemm", {"x.d", "w", net.Weight("b", {2}, {0.25F, -1.0F})}, "g").Int("transB", 1);
  Pair(net, "g", 0.5F, 1);
  Weights(net, "v", {1, 2}, {3, -1}, {0.25F});
  net.Node("Gemm", {"g.d", "v"}).Int("transB", 1);
  EXPECT_THAT(KernelsOf(net),
              ElementsAre("to int8", "int8 dense 3->2", "int8 dense 2->1 to floats"));
  // x: 1, 2, -1 of 0.5. Sums: 1-4-3 + 1 = -5, 4+10+6 - 2 = 18, times 0.25 and 0.5: -1.25, 9; of
  // 0.5: -2.5 to -2, 18. Then (3 * -2 - 18) * 0.125.
  ExpectOutput(net, {0.5F, 1, -0.5F}, {1}, {-3.0F}, 0.0F);
}

TEST_P(Quantise, SumsPoolsAndJoins) {
  OnnxBuilder net({2, 2, 2});
  Pair(net, "x", 1, 0);
  net.Node("Add", {"x.d", "x.d"}, "a");
  net.Node("Relu", {"a"}, "r");
  Pair(net, "r", 1, -3);
  net.Node("MaxPool", {"r.d"}, "m").IntList("kernel_shape", {2, 1});
  Pair(net, "m", 1, -3);
  net.Node("Concat", {"m.d", "m.d"}, "c").Int("axis", 1);
  Pair(net, "c", 2, 0);
  net.Node("GlobalAveragePool", {"c.d"}, "p");
  Pair(net, "p", 0.5F, 0, kInt8, "y");
  EXPECT_THAT(KernelsOf(net),
              ElementsAre("to int8", "int8 sum", "to channels last", "int8 max pool 2x1",
                          "int8 concat", "int8 average pool 1x2", "from int8"));
  // Twice: 2, 4, -6 to 0, 8 and -2 to 0, 10, 6, 0. Greatest: 2, 8 and 6, 10. Of 2: 1, 4, 3, 5.
  ExpectOutput(net, {1, 2, -3, 4, -1, 5, 3, 0}, {4, 1, 1}, {5, 8, 5, 8}, 0.0F);
}

TEST_P(Quantise, FunctionsAreTablesAndViewsNothing) {
  OnnxBuilder net({2, 2});
  Pair(net, "x", 0.5F, 0, kUint8);
  net.Node("Sigmoid", {"x.d"}, "s");
  Pair(net, "s", 1.0F / 256, 0, kUint8);
  net.Node("Flatten", {"s.d"}, "f");
  Pair(net, "f", 1.0F / 256, 0, kUint8);
  net.Node("Clip", {"f.d", "", net.Weight("most", {}, {0.75F})}, "c");
  Pair(net, "c", 1.0F / 64, 5, kUint8, "y");
  EXPECT_THAT(KernelsOf(net), ElementsAre("to int8", "int8 sigmoid", "int8 clip", "from int8"));
  // sigmoid of 0, 0.5, 1 and 50, of 1/256: 128, 159, 187, 255; of 1/64 halves to even.
  ExpectOutput(net, {0, 0.5F, 1, 50}, {4}, {0.5F, 40.0F / 64, 47.0F / 64, 0.75F}, 0.0F);
}

TEST_P(Quantise, AnotherScaleIsAStep) {
  OnnxBuilder net({3});
  Pair(net, "x", 1, 0);
  Pair(net, "x.d", 2, 7, kUint8, "y");
  EXPECT_THAT(KernelsOf(net), ElementsAre("to int8", "int8 rescale", "from int8"));
  ExpectOutput(net, {1, 3, -20}, {3}, {0, 4, -14}, 0.0F);
}

TEST_P(Quantise, GatesOfChannels) {
  OnnxBuilder net({2, 1, 2});
  Pair(net, "x", 0.5F, 2);
  net.Node("GlobalAveragePool", {"x.d"}, "p");
  Pair(net, "p", 0.25F, 0);
  net.Node("Mul", {"p.d", "x.d"}, "m");
  Pair(net, "m", 0.5F, 0, kInt8, "y");
  EXPECT_THAT(KernelsOf(net), ElementsAre("to int8", "to channels last", "int8 average pool 1x2",
                                          "int8 multiply", "from int8", "to planar"));
  // Means of 1.5 and -1.25; 1.5, 3 and 1.25, 1.875 of 0.5: halves.
  ExpectOutput(net, {1, 2, -1, -1.5F}, {2, 1, 2}, {1.5F, 3, 1, 2}, 0.0F);
}

// Integers in, and floats where the function behind is no clamp.
TEST_P(Quantise, OtherFunctionsBehindAProductAreOfFloats) {
  OnnxBuilder net({2});
  Pair(net, "x", 1, 0);
  Weights(net, "w", {2, 2}, {1, 0, 0, 1}, {1.0F, 1.0F});
  net.Node("Gemm", {"x.d", "w"}, "g").Int("transB", 1);
  net.Node("LeakyRelu", {"g"}, "r").Float("alpha", 0.25F);
  Pair(net, "r", 0.5F, 0, kInt8, "y");
  EXPECT_THAT(KernelsOf(net), ElementsAre("to int8", "int8 dense 2->2 + leaky relu to floats",
                                          "to int8", "from int8"));
  ExpectOutput(net, {4, -10}, {2}, {4, -2.5F}, 0.0F);
}

// What has no form in bytes, or weights that came from no integers, stays as it was.
TEST_P(Quantise, OtherStepsStayFloats) {
  OnnxBuilder net({2, 1});
  Pair(net, "x", 1, 0);
  net.Node("Conv", {"x.d", net.Weight("w", {1, 2, 1}, {0.3F, -0.7F})}, "c");
  Pair(net, "c", 0.1F, 0);
  net.Node("Softmax", {"c.d"}).Int("axis", 1);
  EXPECT_THAT(KernelsOf(net), Each(Not(StartsWith("int8 conv"))));
  ExpectOutput(net, {3, 1}, {1, 1}, {1}, 0.0F);
}

// Bytes move where what moves them is told of integers only.
TEST_P(Quantise, IntegersThatMoveStayBytes) {
  OnnxBuilder net({1, 2, 2});
  const std::string s = net.Weight("s", {}, {1});
  const std::string z = net.Small("z", {}, kInt8, {-3});
  net.Node("QuantizeLinear", {"x", s, z}, "q");
  net.Node("MaxPool", {"q"}, "m").IntList("kernel_shape", {1, 2});
  net.Node("Concat", {"m", "m"}, "j").Int("axis", 2);
  net.Node("Transpose", {"j"}, "t").IntList("perm", {0, 1, 3, 2});
  net.Node("DequantizeLinear", {"t", s, z});
  EXPECT_THAT(KernelsOf(net), ::testing::IsSupersetOf(
                                  {std::string("int8 max pool 1x2"), std::string("int8 concat")}));
  ExpectOutput(net, {1, 2, -5, -4}, {1, 1, 4}, {2, -4, 2, -4}, 0.0F);
}

// A net of every kind of convolution, twice: with weights that are known to be integers, and with
// the same numbers as floats, which is computed so.
class Chain {
 public:
  explicit Chain(bool known) : known_(known), net_({3, 17, 19}) {
    std::string value = Pair(net_, "x", 0.01F, 3);
    value = Conv(value, "stem", 3, 24, 1, 3, 2);
    const std::string first = value;
    value = Conv(value, "deep", 24, 24, 24, 5, 1);
    value = Conv(value, "point", 24, 24, 1, 1, 1);
    net_.Node("Add", {value, first}, "sum");
    value = Pair(net_, "sum", 0.03F, -20);
    value = Conv(value, "grouped", 24, 36, 3, 3, 1);
    net_.Node("GlobalAveragePool", {value}, "pool");
    value = Pair(net_, "pool", 0.02F, -100);
    net_.Node("Flatten", {value}, "flat");
    value = Pair(net_, "flat", 0.02F, -100);
    net_.Node("Gemm", {value, Make("fc", {7, 36})}, "fc.y").Int("transB", 1);
    Pair(net_, "fc.y", 0.02F, 0, kInt8, "y");
  }

  OnnxBuilder& net() { return net_; }

 private:
  std::string Make(const std::string& name, const Ints& dims) {
    std::int64_t count = 1;
    for (const std::int64_t extent : dims) count *= extent;
    Ints integers;
    Floats scales, floats;
    for (std::int64_t m = 0; m < dims[0]; ++m) {
      scales.push_back(0.001F + 0.0005F * static_cast<float>(m % 5));
    }
    const Floats noise = Noise(count, static_cast<std::uint64_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      integers.push_back(std::lround(noise[static_cast<std::size_t>(i)] * 127.0F));
      floats.push_back(static_cast<float>(integers.back()) *
                       scales[static_cast<std::size_t>(i / (count / dims[0]))]);
    }
    return known_ ? Weights(net_, name, dims, integers, scales) : net_.Weight(name, dims, floats);
  }

  std::string Conv(const std::string& from, const std::string& name, std::int64_t inputs,
                   std::int64_t outputs, std::int64_t groups, std::int64_t kernel,
                   std::int64_t stride) {
    const std::int64_t pad = kernel / 2;
    net_.Node("Conv", {from, Make(name, {outputs, inputs / groups, kernel, kernel})}, name + ".y")
        .Int("group", groups)
        .IntList("pads", {pad, pad, pad, pad})
        .IntList("strides", {stride, stride});
    return Pair(net_, name + ".y", 0.02F, -5);
  }

  const bool known_;
  OnnxBuilder net_;
};

TEST_P(Quantise, AChainAnswersAsItsFloatsDo) {
  constexpr std::int64_t kSamples = 3;
  const Floats x = Noise(kSamples * 3 * 17 * 19, 5);
  Chain bytes(true), floats(false);
  const auto kernels = KernelsOf(bytes.net());
  EXPECT_EQ(
      std::ranges::count_if(kernels, [](const std::string& k) { return k.starts_with("int8"); }), 7)
      << ::testing::PrintToString(kernels);
  const Floats actual = Answers(bytes.net(), x, kSamples);
  const Floats expected = Answers(floats.net(), x, kSamples);
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], 0.0201F) << i;
  EXPECT_EQ(Answers(bytes.net(), x, 1), actual);
  EXPECT_GT(*std::ranges::max_element(actual) - *std::ranges::min_element(actual), 0.1F);
}

INSTANTIATE_TEST_SUITE_P(Targets, Quantise,
                         ::testing::ValuesIn(hwy::SupportedAndGeneratedTargets()), TargetName);

}  // namespace
}  // namespace biglittle::nn::testing
