#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// The halves, the other way round.
TEST(Split, EqualParts) {
  OnnxBuilder net({4});
  net.Node("Split", {"x"}, "a").Also("b").Int("axis", 1);
  net.Node("Concat", {"b", "a"}).Int("axis", 1);
  ExpectOutput(net, {1, 2, 3, 4, 5, 6, 7, 8}, {4}, {3, 4, 1, 2, 7, 8, 5, 6});
}

TEST(Split, PartsAsInput) {
  OnnxBuilder net({2, 3});
  net.Node("Split", {"x", net.List("parts", {1, 2})}, "a").Also("y").Int("axis", 2);
  ExpectOutput(net, Ramp(12), {2, 2}, {1, 2, 4, 5, 7, 8, 10, 11});
}

TEST(Split, PartsAsAttribute) {
  OnnxBuilder net({3}, 11);
  net.Node("Split", {"x"}, "y").Also("b").IntList("split", {2, 1}).Int("axis", -1);
  ExpectOutput(net, Ramp(6), {2}, {0, 1, 3, 4});
}

TEST(Split, OfAShape) {
  OnnxBuilder net({2, 3});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Split", {"shape", net.List("parts", {1, 2})}, "n").Also("rest").Int("axis", 0);
  net.Node("Concat", {"n", net.List("six", {6})}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {6}, Ramp(12));
}

TEST(Split, AlongAFixedFirstDimension) {
  OnnxBuilder net({1});
  net.Node("Split", {"x"}, "a").Also("b");
  net.Node("Sub", {"a", "b"});
  ExpectFixedOutput(net, {2, 2}, {1, 2, 30, 40}, {1, 2}, {-29, -38});
}

TEST(Split, Refused) {
  OnnxBuilder parts({4});
  parts.Node("Split", {"x", parts.List("parts", {1, 2})}, "y").Also("b").Int("axis", 1);
  ExpectRefused(parts, absl::StatusCode::kInvalidArgument, "2 parts of [1, 2] do not make 4");
  OnnxBuilder uneven({3});
  uneven.Node("Split", {"x"}, "y").Also("b").Int("axis", 1);
  ExpectRefused(uneven, absl::StatusCode::kInvalidArgument, "do not make 3");
  OnnxBuilder batch({4});
  batch.Node("Split", {"x"}, "y").Also("b");
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
}

TEST(Split, IntoTooManyParts) {
  OnnxBuilder net({2048});
  NodeBuilder node = net.Node("Split", {"x"}).Int("axis", 1);
  for (int i = 1; i < 2048; ++i) node.Also("part" + std::to_string(i));
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "it has 2048 parts, 1024 are possible");
}

}  // namespace
}  // namespace biglittle::nn::testing
