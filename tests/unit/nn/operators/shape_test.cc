#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// Shape arithmetic as exporters write it: each operator of it in turn.
TEST(Shape, OfAPart) {
  OnnxBuilder net({2, 3}, 15);
  net.Node("Shape", {"x"}, "last").Int("start", -1);  // 3
  net.Node("Concat", {net.List("zero", {0}), "last", net.List("open", {-1})}, "target")
      .Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {3, 2}, Ramp(12));
}

TEST(Shape, OfNothing) {
  OnnxBuilder net({2, 3}, 15);
  net.Node("Shape", {"x"}, "none").Int("start", 3);
  net.Node("Reshape", {"x", "none"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "it would yield nothing");
}

TEST(Shape, IsNoOutput) {
  OnnxBuilder net({2, 3});
  net.Node("Shape", {"x"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "output 'y' does not depend on the input");
}

}  // namespace
}  // namespace biglittle::nn::testing
