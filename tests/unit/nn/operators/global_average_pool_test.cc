#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(GlobalAveragePool, OneAndTwoDimensions) {
  OnnxBuilder line({2, 3});
  line.Node("GlobalAveragePool", {"x"});
  ExpectOutput(line, {1, 2, 6, -1, -2, -6, 0, 0, 3, 9, 9, 9}, {2, 1}, {3, -3, 1, 9});
  OnnxBuilder plane({1, 2, 2});
  plane.Node("GlobalAveragePool", {"x"});
  ExpectOutput(plane, {1, 2, 3, 4, 10, 10, 20, 20}, {1, 1, 1}, {2.5F, 15});
}

TEST(GlobalAveragePool, NeedsAPlane) {
  OnnxBuilder net({3});
  net.Node("GlobalAveragePool", {"x"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "input 0 of shape [N, 3] needs 3 dimensions or more");
}

}  // namespace
}  // namespace biglittle::nn::testing
