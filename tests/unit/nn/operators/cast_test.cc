#include <gtest/gtest.h>

#include <cstdint>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

constexpr std::int64_t kFloat = 1;
constexpr std::int64_t kUint8 = 2;
constexpr std::int64_t kInt64 = 7;
constexpr std::int64_t kBool = 9;

TEST(Cast, CutsTheFraction) {
  OnnxBuilder net({4});
  net.Node("Cast", {"x"}, "i").Int("to", kInt64);
  net.Node("Cast", {"i"}).Int("to", kFloat);
  ExpectOutput(net, {1.9F, -1.9F, 3, -0.5F}, {4}, {1, -1, 3, 0});
}

TEST(Cast, StaysInTheRange) {
  OnnxBuilder bytes({3});
  bytes.Node("Cast", {"x"}).Int("to", kUint8);
  ExpectOutput(bytes, {-1, 300, 7.5F}, {3}, {0, 255, 7});
  OnnxBuilder wide({2});
  wide.Node("Cast", {"x"}).Int("to", kInt64);
  ExpectOutput(wide, {1e30F, -1e30F}, {2}, {16777216, -16777216});
}

TEST(Cast, ToBool) {
  OnnxBuilder net({3});
  net.Node("Cast", {"x"}).Int("to", kBool);
  ExpectOutput(net, {0, -0.5F, 2}, {3}, {0, 1, 1});
}

TEST(Cast, OfConstants) {
  OnnxBuilder net({2});
  net.Node("Cast", {net.List("c", {3, -4})}, "f").Int("to", kFloat);
  net.Node("Add", {"x", "f"});
  ExpectOutput(net, {1, 1}, {2}, {4, -3});
}

TEST(Cast, OfAShape) {
  OnnxBuilder net({2, 3});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Cast", {"shape"}, "same").Int("to", kInt64);
  net.Node("Reshape", {"x", "same"});
  ExpectOutput(net, Ramp(6), {2, 3}, Ramp(6));
}

TEST(Cast, Refused) {
  OnnxBuilder type({2});
  type.Node("Cast", {"x"}).Int("to", 14);
  ExpectRefused(type, absl::StatusCode::kUnimplemented, "it converts to the element type 14");
  OnnxBuilder range({1});
  range.Node("Cast", {range.List("c", {300})}, "b").Int("to", kUint8);
  range.Node("Cast", {"b"}, "f").Int("to", kFloat);
  range.Node("Add", {"x", "f"});
  ExpectRefused(range, absl::StatusCode::kInvalidArgument, "its input does not fit into uint8");
  OnnxBuilder batch({1});
  batch.Node("Shape", {"x"}, "shape");
  batch.Node("Cast", {"shape"}, "f").Int("to", kFloat);
  batch.Node("Add", {"x", "f"});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it computes with the size of the batch");
}

}  // namespace
}  // namespace biglittle::nn::testing
