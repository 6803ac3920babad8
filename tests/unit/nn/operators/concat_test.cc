#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Concat, AlongChannelsAndColumns) {
  OnnxBuilder channels({1, 2});
  channels.Node("Relu", {"x"}, "r");
  channels.Node("Concat", {"x", "r", "x"}).Int("axis", 1);
  ExpectOutput(channels, {1, -2, -3, 4}, {3, 2}, {1, -2, 1, 0, 1, -2, -3, 4, 0, 4, -3, 4});
  OnnxBuilder columns({2, 1});
  columns.Node("Relu", {"x"}, "r");
  columns.Node("Concat", {"x", "r"}).Int("axis", -1);
  ExpectOutput(columns, {1, -2, -3, 4}, {2, 2}, {1, 1, -2, 0, -3, 0, 4, 4});
}

TEST(Concat, OfConstants) {
  OnnxBuilder net({3});
  net.Node("Concat", {net.Weight("a", {1}, {1}), net.Weight("b", {2}, {2, 3})}, "c").Int("axis", 0);
  net.Node("Add", {"x", "c"});
  ExpectOutput(net, {10, 20, 30}, {3}, {11, 22, 33});
}

TEST(Concat, Refused) {
  OnnxBuilder batch({2});
  batch.Node("Concat", {"x", "x"}).Int("axis", 0);
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  OnnxBuilder shapes({2, 3});
  shapes.Node("Transpose", {"x"}, "t").IntList("perm", {0, 2, 1});
  shapes.Node("Concat", {"x", "t"}).Int("axis", 1);
  ExpectRefused(shapes, absl::StatusCode::kInvalidArgument,
                "inputs [N, 2, 3] and [N, 3, 2] cannot be joined along axis 1");
  OnnxBuilder constant({2});
  constant.Node("Concat", {"x", constant.Weight("c", {1, 2}, {1, 2})}).Int("axis", 1);
  ExpectRefused(constant, absl::StatusCode::kInvalidArgument, "cannot be joined");
  OnnxBuilder axis({2});
  axis.Node("Concat", {"x", "x"});
  ExpectRefused(axis, absl::StatusCode::kInvalidArgument, "it has no axis");
  OnnxBuilder hole({2});
  hole.Node("Concat", {"x", "", "x"}).Int("axis", 1);
  ExpectRefused(hole, absl::StatusCode::kInvalidArgument, "input 1 is left out");
}

TEST(Concat, OfAConstantAndAFixedShape) {
  OnnxBuilder net({2});
  net.Node("Concat", {net.Weight("c", {1, 2}, {8, 9}), "x"}).Int("axis", 0);
  ExpectFixedOutput(net, {2, 2}, {1, 2, 3, 4}, {3, 2}, {8, 9, 1, 2, 3, 4});
}

}  // namespace
}  // namespace biglittle::nn::testing
