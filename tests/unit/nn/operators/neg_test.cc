#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Neg, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Neg", {"x"});
  ExpectOutput(net, {-1.5F, 0, 2, -3}, {2}, {1.5F, 0, -2, 3});
  ExpectFixedOutput(net, {4}, {-1.5F, 0, 2, -3}, {4}, {1.5F, 0, -2, 3});
}

TEST(Neg, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Neg", {net.Weight("c", {4}, {-1.5F, 0, 2, -3})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {1.5F, 0, -2, 3});
}

TEST(Neg, OfIntegersKnownAtLoad) {
  OnnxBuilder net({3});
  net.Node("Neg", {net.List("c", {1, -2})}, "target");
  net.Node("Reshape", {"x", "target"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "cannot be reshaped to [-1, 2]");
}

}  // namespace
}  // namespace biglittle::nn::testing
