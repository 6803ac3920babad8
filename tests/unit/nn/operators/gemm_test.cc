#include <gtest/gtest.h>

#include <cstddef>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// Two inputs, three outputs; column j of B is {j + 1, 10 * (j + 1)}.
TEST(Gemm, WithBias) {
  OnnxBuilder net({2});
  net.Weight("w", {2, 3}, {1, 2, 3, 10, 20, 30});
  net.Weight("b", {3}, {0.5F, 0, -0.5F});
  net.Node("Gemm", {"x", "w", "b"});
  ExpectOutput(net, {1, 1, 2, -1, 0, 0}, {3},
               {11.5F, 22, 32.5F, -7.5F, -16, -24.5F, 0.5F, 0, -0.5F});
}

TEST(Gemm, TransposedWithFactors) {
  OnnxBuilder net({2});
  net.Weight("w", {3, 2}, {1, 10, 2, 20, 3, 30});
  net.Weight("b", {1, 3}, {1, 2, 3});
  net.Node("Gemm", {"x", "w", "b"}).Int("transB", 1).Float("alpha", 2).Float("beta", 10);
  ExpectOutput(net, {1, 1, 2, -1}, {3}, {32, 64, 96, -6, -12, -18});
}

TEST(Gemm, BiasOfOneNumberOrNone) {
  OnnxBuilder one({2});
  one.Weight("w", {2, 2}, {1, 2, 3, 4});
  one.Node("Gemm", {"x", "w", one.Weight("b", {1}, {7})});
  ExpectOutput(one, {1, 1, 1, 0}, {2}, {11, 13, 8, 9});
  OnnxBuilder none({2});
  none.Weight("w", {2, 1}, {1, 2});
  none.Node("Gemm", {"x", "w"});
  ExpectOutput(none, {1, 1, 1, 0}, {1}, {3, 1});
}

TEST(Gemm, LargeAgainstLoops) {
  const Floats weights = Noise(70 * 33, 1);
  const Floats bias = Noise(33, 2);
  const Floats input = Noise(5 * 70, 3);
  Floats expected;
  for (std::size_t n = 0; n < 5; ++n) {
    for (std::size_t m = 0; m < 33; ++m) {
      double sum = static_cast<double>(bias[m]);
      for (std::size_t k = 0; k < 70; ++k) {
        sum += static_cast<double>(input[n * 70 + k]) * static_cast<double>(weights[m * 70 + k]);
      }
      expected.push_back(static_cast<float>(sum));
    }
  }
  OnnxBuilder net({70});
  net.Weight("w", {33, 70}, weights);
  net.Weight("b", {33}, bias);
  net.Node("Gemm", {"x", "w", "b"}).Int("transB", 1);
  ExpectOutput(net, input, {33}, expected);
  EXPECT_EQ(Parse(net)->info().multiply_adds, 70 * 33);
}

TEST(Gemm, Refused) {
  OnnxBuilder inner({2});
  inner.Node("Gemm", {"x", inner.Weight("w", {3, 2}, Ramp(6))}).Named("fc");
  ExpectRefused(inner, absl::StatusCode::kInvalidArgument,
                "node 'fc' (Gemm): shapes [N, 2] and [3, 2] cannot be multiplied");
  OnnxBuilder rank({2, 2});
  rank.Node("Gemm", {"x", rank.Weight("w", {2, 2}, Ramp(4))});
  ExpectRefused(rank, absl::StatusCode::kInvalidArgument, "cannot be multiplied");
  OnnxBuilder turned({2});
  turned.Node("Gemm", {"x", turned.Weight("w", {2, 2}, Ramp(4))}).Int("transA", 1);
  ExpectRefused(turned, absl::StatusCode::kUnimplemented, "transA would mix the samples");
  OnnxBuilder bias({2});
  bias.Node("Gemm", {"x", bias.Weight("w", {2, 3}, Ramp(6)), bias.Weight("b", {2}, {1, 2})});
  ExpectRefused(bias, absl::StatusCode::kInvalidArgument,
                "bias [2] cannot be broadcast to 3 outputs");
}

TEST(Gemm, FixedShapes) {
  OnnxBuilder net({2});
  net.Node("Transpose", {"x"}, "t");
  net.Node("Gemm", {"x", "t", net.Weight("c", {2, 1}, {10, 20})}).Float("alpha", 2);
  ExpectFixedOutput(net, {2, 2}, {1, 2, 3, 4}, {2, 2}, {20, 32, 42, 70});
  OnnxBuilder turned({2});
  turned.Node("Gemm", {"x", turned.Weight("w", {2, 1}, {1, 10})}).Int("transA", 1);
  ExpectFixedOutput(turned, {2, 3}, {1, 2, 3, 4, 5, 6}, {3, 1}, {41, 52, 63});
}

}  // namespace
}  // namespace biglittle::nn::testing
