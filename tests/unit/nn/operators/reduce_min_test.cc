#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(ReduceMin, LastDimension) {
  OnnxBuilder net({2, 3});
  net.Node("ReduceMin", {"x"}).IntList("axes", {2}).Int("keepdims", 0);
  ExpectOutput(net, {1, 2, 3, 4, 9, 5, -2, -1, -3, 0, 0, 0}, {2}, {1, 4, -3, 0});
}

TEST(ReduceMin, Refused) {
  OnnxBuilder net({2});
  net.Node("ReduceMin", {"x"});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
}

}  // namespace
}  // namespace biglittle::nn::testing
