#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Max, OfThreeThatBroadcast) {
  OnnxBuilder net({2, 2});
  net.Node("Relu", {"x"}, "r");
  net.Node("Max", {"x", net.Weight("c", {2, 1}, {0.5F, -2}), "r"});
  ExpectOutput(net, {-1, 2, -3, 4}, {2, 2}, {0.5F, 2, 0, 4});
}

TEST(Max, OfOne) {
  OnnxBuilder net({2});
  net.Node("Max", {"x"});
  ExpectOutput(net, {1, -2}, {2}, {1, -2});
}

TEST(Max, Refused) {
  OnnxBuilder hole({2});
  hole.Node("Max", {"x", "", "x"});
  ExpectRefused(hole, absl::StatusCode::kInvalidArgument, "input 1 is left out");
  OnnxBuilder ints({2});
  ints.Node("Max", {"x", ints.List("c", {1, 2})});
  ExpectRefused(ints, absl::StatusCode::kInvalidArgument, "it joins float32 and int64");
}

}  // namespace
}  // namespace biglittle::nn::testing
