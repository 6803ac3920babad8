#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(ReduceSum, AxesAsInput) {
  OnnxBuilder net({2, 3});
  net.Node("ReduceSum", {"x", net.List("axes", {-1})}).Int("keepdims", 0);
  ExpectOutput(net, {1, 2, 3, 4, 5, 9, 0, 0, 3, -1, -1, -1}, {2}, {6, 18, 3, -3});
}

TEST(ReduceSum, AxesAsAttribute) {
  OnnxBuilder net({2, 2}, 12);
  net.Node("ReduceSum", {"x"}).IntList("axes", {1});
  ExpectOutput(net, {1, 2, 3, 4}, {1, 2}, {4, 6});
}

TEST(ReduceSum, NoAxesAreAllOrNone) {
  OnnxBuilder all({2});
  all.Node("ReduceSum", {"x"}).Int("keepdims", 0);
  ExpectFixedOutput(all, {2, 2}, {1, 2, 3, 4}, {}, {10});
  OnnxBuilder none({2});
  none.Node("ReduceSum", {"x", none.List("axes", {})}).Int("noop_with_empty_axes", 1);
  ExpectOutput(none, {1, 2, 3, 4}, {2}, {1, 2, 3, 4});
}

TEST(ReduceSum, Refused) {
  OnnxBuilder all({2});
  all.Node("ReduceSum", {"x"});
  ExpectRefused(all, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  OnnxBuilder old({2}, 12);
  old.Node("ReduceSum", {"x", old.List("axes", {1})});
  ExpectRefused(old, absl::StatusCode::kInvalidArgument, "its axes must be an attribute");
}

}  // namespace
}  // namespace biglittle::nn::testing
