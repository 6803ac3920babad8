#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(ReduceMax, LastDimension) {
  OnnxBuilder net({2, 3});
  net.Node("ReduceMax", {"x"}).IntList("axes", {2}).Int("keepdims", 0);
  ExpectOutput(net, {1, 2, 3, 4, 9, 5, -2, -1, -3, 0, 0, 0}, {2}, {3, 9, -1, 0});
}

TEST(ReduceMax, OfAFixedShape) {
  OnnxBuilder net({2});
  net.Node("ReduceMax", {"x"}).IntList("axes", {0});
  ExpectFixedOutput(net, {2, 2}, {1, 5, 3, 4}, {1, 2}, {3, 5});
}

TEST(ReduceMax, Refused) {
  OnnxBuilder net({2});
  net.Node("ReduceMax", {"x"}).IntList("axes", {0});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
}

}  // namespace
}  // namespace biglittle::nn::testing
