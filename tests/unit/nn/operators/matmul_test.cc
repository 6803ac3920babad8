#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// Products of dense [count, rows, inner] and [count, inner, columns]; a count of 1 is repeated.
Floats NaiveMatMul(const Floats& a, std::int64_t a_count, const Floats& b, std::int64_t b_count,
                   std::int64_t rows, std::int64_t inner, std::int64_t columns) {
  Floats result;
  for (std::int64_t i = 0; i < std::max(a_count, b_count); ++i) {
    const std::int64_t a_first = (a_count == 1 ? 0 : i) * rows * inner;
    const std::int64_t b_first = (b_count == 1 ? 0 : i) * inner * columns;
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (std::int64_t k = 0; k < inner; ++k) {
          sum += static_cast<double>(a[static_cast<std::size_t>(a_first + r * inner + k)]) *
                 static_cast<double>(b[static_cast<std::size_t>(b_first + k * columns + c)]);
        }
        result.push_back(static_cast<float>(sum));
      }
    }
  }
  return result;
}

TEST(MatMul, ConstantOnTheRight) {
  const Floats weights = Noise(12, 1);
  OnnxBuilder flat({4});
  flat.Node("MatMul", {"x", flat.Weight("w", {4, 3}, weights)});
  const Floats input = Noise(5 * 4, 2);
  ExpectOutput(flat, input, {3}, NaiveMatMul(input, 1, weights, 1, 5, 4, 3));

  OnnxBuilder deep({2, 5, 4});
  deep.Node("MatMul", {"x", deep.Weight("w", {4, 3}, weights)});
  const Floats tokens = Noise(2 * 2 * 5 * 4, 3);
  ExpectOutput(deep, tokens, {2, 5, 3}, NaiveMatMul(tokens, 1, weights, 1, 20, 4, 3));
  EXPECT_EQ(Parse(deep)->info().multiply_adds, 2 * 5 * 4 * 3);
}

TEST(MatMul, ConstantVectorOnTheRight) {
  OnnxBuilder net({2, 3});
  net.Node("MatMul", {"x", net.Weight("w", {3}, {1, 10, 100})});
  ExpectOutput(net, {1, 2, 3, 4, 5, 6}, {2}, {321, 654});
}

TEST(MatMul, ConstantOnTheLeft) {
  const Floats weights = Noise(6, 1);
  OnnxBuilder net({3, 4});
  net.Node("MatMul", {net.Weight("w", {2, 3}, weights), "x"});
  const Floats input = Noise(3 * 12, 2);
  ExpectOutput(net, input, {2, 4}, NaiveMatMul(weights, 1, input, 3, 2, 3, 4));
}

TEST(MatMul, ConstantVectorOnTheLeft) {
  OnnxBuilder net({3, 2});
  net.Node("MatMul", {net.Weight("w", {3}, {1, 10, 100}), "x"});
  ExpectOutput(net, {1, 2, 3, 4, 5, 6}, {2}, {531, 642});
}

TEST(MatMul, StackOfConstants) {
  const Floats weights = Noise(2 * 4 * 3, 1);
  OnnxBuilder net({2, 5, 4});
  net.Node("MatMul", {"x", net.Weight("w", {2, 4, 3}, weights)});
  const Floats input = Noise(40, 2);
  ExpectOutput(net, input, {2, 5, 3}, NaiveMatMul(input, 2, weights, 2, 5, 4, 3));
}

TEST(MatMul, TwoComputedValues) {
  OnnxBuilder net({2, 3, 4});
  net.Node("Relu", {"x"}, "r");
  net.Node("Transpose", {"x"}, "t").IntList("perm", {0, 1, 3, 2});
  net.Node("MatMul", {"r", "t"});
  const Floats input = Noise(3 * 24, 2);
  Floats relu = input;
  for (float& x : relu) x = std::max(x, 0.0F);
  Floats turned;
  for (std::size_t i = 0; i < 6; ++i) {
    for (std::size_t c = 0; c < 4; ++c) {
      for (std::size_t r = 0; r < 3; ++r) turned.push_back(input[i * 12 + r * 4 + c]);
    }
  }
  ExpectOutput(net, input, {2, 3, 3}, NaiveMatMul(relu, 6, turned, 6, 3, 4, 3));
}

TEST(MatMul, Refused) {
  OnnxBuilder inner({2});
  inner.Node("MatMul", {"x", inner.Weight("w", {3, 2}, Ramp(6))});
  ExpectRefused(inner, absl::StatusCode::kInvalidArgument,
                "shapes [N, 2] and [3, 2] cannot be multiplied");
  OnnxBuilder columns({2});
  columns.Node("MatMul", {columns.Weight("w", {2, 3}, Ramp(6)), "x"});
  ExpectRefused(columns, absl::StatusCode::kInvalidArgument, "cannot be multiplied");
  OnnxBuilder mixing({2});
  mixing.Node("MatMul", {"x", mixing.Weight("w", {2, 2, 3}, Ramp(12))});
  ExpectRefused(mixing, absl::StatusCode::kUnimplemented, "would move the batch dimension");
}

}  // namespace
}  // namespace biglittle::nn::testing
