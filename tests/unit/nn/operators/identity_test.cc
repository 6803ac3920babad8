#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Identity, PassesOn) {
  OnnxBuilder net({2, 2});
  net.Node("Identity", {"x"});
  ExpectOutput(net, Ramp(8), {2, 2}, Ramp(8), 0);
  OnnxBuilder constant({2});
  constant.Node("Identity", {constant.Weight("w", {2}, {1, 2})}, "c");
  constant.Node("Add", {"x", "c"});
  ExpectOutput(constant, {1, 1}, {2}, {2, 3});
}

}  // namespace
}  // namespace biglittle::nn::testing
