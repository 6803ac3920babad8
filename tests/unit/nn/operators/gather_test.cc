#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Gather, PicksDimensions) {
  OnnxBuilder net({2, 3});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Gather", {"shape", net.List("which", {0, -1, 1})}, "target");
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {3, 2}, Ramp(12));
}

TEST(Gather, PicksRowsOfTheInput) {
  OnnxBuilder net({3, 2});
  net.Node("Gather", {"x", net.List("which", {2, -3})}).Int("axis", 1);
  ExpectOutput(net, Ramp(12), {2, 2}, {4, 5, 0, 1, 10, 11, 6, 7});
}

TEST(Gather, OneIndexTakesTheDimensionAway) {
  OnnxBuilder net({2, 3});
  net.Node("Constant", {}, "last").Int("value_int", -1);
  net.Node("Gather", {"x", "last"}).Int("axis", 2);
  ExpectOutput(net, Ramp(12), {2}, {2, 5, 8, 11});
}

// An embedding: indices that the net computes, of which those out of range are brought into it.
TEST(Gather, LooksUpInATable) {
  OnnxBuilder net({2});
  net.Node("Cast", {"x"}, "i").Int("to", 7);
  net.Node("Gather", {net.Weight("table", {3, 2}, {0, 1, 10, 11, 20, 21}), "i"});
  ExpectOutput(net, {2, 0, -1, 1, 99, -99}, {2, 2}, {20, 21, 0, 1, 20, 21, 10, 11, 20, 21, 0, 1});
}

TEST(Gather, Refused) {
  OnnxBuilder range({2, 3});
  range.Node("Shape", {"x"}, "shape");
  range.Node("Gather", {"shape", range.List("which", {3})}, "target");
  range.Node("Reshape", {"x", "target"});
  ExpectRefused(range, absl::StatusCode::kInvalidArgument, "an index is out of range");
  OnnxBuilder batch({2, 3});
  batch.Node("Gather", {"x", batch.List("which", {0})});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  OnnxBuilder floats({2});
  floats.Node("Gather", {floats.Weight("table", {2, 2}, Ramp(4)), "x"});
  ExpectRefused(floats, absl::StatusCode::kInvalidArgument, "its indices are float32");
  OnnxBuilder moved({2});
  moved.Node("Cast", {"x"}, "i").Int("to", 7);
  moved.Node("Gather", {moved.Weight("table", {2, 2}, Ramp(4)), "i"}).Int("axis", 1);
  ExpectRefused(moved, absl::StatusCode::kUnimplemented, "would move the batch dimension");
}

TEST(Gather, LooksUpInNothing) {
  OnnxBuilder net({2});
  net.Node("Cast", {"x"}, "i").Int("to", 7);
  net.Node("Gather", {net.List("none", {}), "i"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "its data has no rows");
}

}  // namespace
}  // namespace biglittle::nn::testing
