#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Mul, TwoComputedValues) {
  OnnxBuilder net({2, 2});
  net.Node("Sigmoid", {"x"}, "gate");
  net.Node("Mul", {"x", "gate"});
  ExpectOutput(net, {0, 1, -2, 200}, {2, 2}, {0, 0.731058579F, -0.238405844F, 200});
}

// Squeeze and excitation: one factor for each channel, computed from the sample.
TEST(Mul, FactorForEachChannel) {
  OnnxBuilder net({2, 1, 2});
  net.Node("GlobalAveragePool", {"x"}, "mean");
  net.Node("Mul", {"mean", "x"});
  ExpectOutput(net, {1, 3, 4, 6, -1, -1, 0, 2}, {2, 1, 2}, {2, 6, 20, 30, 1, 1, 0, 2});
}

}  // namespace
}  // namespace biglittle::nn::testing
