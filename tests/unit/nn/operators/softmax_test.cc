#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Softmax, LastDimension) {
  OnnxBuilder net({3});
  net.Node("Softmax", {"x"});
  // e^0 : e^1 : e^2, and numbers whose exponential overflows.
  ExpectOutput(net, {0, 1, 2, 1000, 1000, -1000}, {3},
               {0.0900305732F, 0.244728471F, 0.665240956F, 0.5F, 0.5F, 0});
}

TEST(Softmax, AnotherDimension) {
  OnnxBuilder net({2, 2});
  net.Node("Softmax", {"x"}).Int("axis", 1);
  ExpectOutput(net, {0, 7, 0, 8}, {2, 2}, {0.5F, 0.268941421F, 0.5F, 0.731058579F});
}

TEST(Softmax, BeforeOpset13AllFromTheAxisOn) {
  OnnxBuilder net({2, 2}, 12);
  net.Node("Softmax", {"x"});
  ExpectOutput(net, {3, 3, 3, 3}, {2, 2}, {0.25F, 0.25F, 0.25F, 0.25F});
}

TEST(Softmax, RefusesTheBatch) {
  OnnxBuilder net({3});
  net.Node("Softmax", {"x"}).Int("axis", 0);
  ExpectRefused(net, absl::StatusCode::kUnimplemented,
                "node #0 (Softmax): it works along the batch dimension");
  OnnxBuilder range({3});
  range.Node("Softmax", {"x"}).Int("axis", 2);
  ExpectRefused(range, absl::StatusCode::kInvalidArgument, "axis 2 is out of range");
}

}  // namespace
}  // namespace biglittle::nn::testing
