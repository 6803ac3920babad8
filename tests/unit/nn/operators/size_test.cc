#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Size, OfAConstant) {
  OnnxBuilder net({6});
  net.Node("Size", {net.Weight("c", {2, 3}, Ramp(6))}, "six");
  net.Node("Unsqueeze", {"six", net.List("front", {0})}, "list");
  net.Node("Concat", {net.List("open", {-1}), "list"}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {6}, Ramp(12));
}

TEST(Size, Refused) {
  OnnxBuilder net({2});
  net.Node("Size", {"x"}, "size");
  net.Node("Reshape", {"x", "size"});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "it counts the numbers of all samples");
}

}  // namespace
}  // namespace biglittle::nn::testing
