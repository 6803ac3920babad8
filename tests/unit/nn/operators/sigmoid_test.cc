#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Sigmoid, IsTheLogisticFunction) {
  OnnxBuilder net({5});
  net.Node("Sigmoid", {"x"});
  // 1 / (1 + e^-x), also where e^x would overflow.
  ExpectOutput(net, {0, 1, -2, 200, -200}, {5}, {0.5F, 0.731058579F, 0.119202922F, 1, 0});
}

}  // namespace
}  // namespace biglittle::nn::testing
