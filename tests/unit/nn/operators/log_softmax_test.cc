#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(LogSoftmax, LastDimension) {
  OnnxBuilder net({3});
  net.Node("LogSoftmax", {"x"});
  ExpectOutput(
      net, {0, 1, 2, 1000, 1000, -1000}, {3},
      {-2.40760596F, -1.40760596F, -0.407605964F, -0.693147181F, -0.693147181F, -2000.69315F});
}

}  // namespace
}  // namespace biglittle::nn::testing
