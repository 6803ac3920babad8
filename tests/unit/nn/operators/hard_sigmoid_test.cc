#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(HardSigmoid, DefaultSlope) {
  OnnxBuilder net({5});
  net.Node("HardSigmoid", {"x"});
  ExpectOutput(net, {0, 1, -1, 3, -3}, {5}, {0.5F, 0.7F, 0.3F, 1, 0});
}

TEST(HardSigmoid, GivenSlope) {
  OnnxBuilder net({3});
  net.Node("HardSigmoid", {"x"}).Float("alpha", 0.5F).Float("beta", 0.25F);
  ExpectOutput(net, {0, 1, -1}, {3}, {0.25F, 0.75F, 0});
}

}  // namespace
}  // namespace biglittle::nn::testing
