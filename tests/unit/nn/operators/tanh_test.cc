#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Tanh, IsTheHyperbolicTangent) {
  OnnxBuilder net({4});
  net.Node("Tanh", {"x"});
  ExpectOutput(net, {0, 0.5F, -1, 100}, {4}, {0, 0.462117157F, -0.761594156F, 1});
}

}  // namespace
}  // namespace biglittle::nn::testing
