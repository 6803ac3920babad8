#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Sum, OfThree) {
  OnnxBuilder net({2});
  net.Node("Sum", {"x", net.Weight("c", {2}, {10, 20}), "x"});
  ExpectOutput(net, {1, 2, 3, 4}, {2}, {12, 24, 16, 28});
}

TEST(Sum, OfConstants) {
  OnnxBuilder net({2});
  net.Node("Sum", {net.Weight("a", {2}, {1, 2}), net.Weight("b", {}, {10})}, "s");
  net.Node("Mul", {"x", "s"});
  ExpectOutput(net, {1, 2}, {2}, {11, 24});
}

TEST(Sum, Refused) {
  OnnxBuilder net({2});
  net.Node("Sum", {"x", net.Weight("c", {3}, {1, 2, 3})});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "cannot be broadcast");
}

}  // namespace
}  // namespace biglittle::nn::testing
