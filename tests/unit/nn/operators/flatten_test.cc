#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Flatten, KeepsTheBatch) {
  OnnxBuilder net({2, 1, 2});
  net.Node("Relu", {"x"}, "r");
  net.Node("Flatten", {"r"});
  ExpectOutput(net, {1, 2, -3, 4, 5, 6, 7, 8}, {4}, {1, 2, 0, 4, 5, 6, 7, 8});
}

TEST(Flatten, OfTheInputItself) {
  OnnxBuilder net({2, 2});
  net.Node("Flatten", {"x"}).Int("axis", -2);
  ExpectOutput(net, Ramp(8), {4}, Ramp(8));
}

TEST(Flatten, Refused) {
  OnnxBuilder all({2, 2});
  all.Node("Flatten", {"x"}).Int("axis", 0);
  ExpectRefused(all, absl::StatusCode::kUnimplemented,
                "axis 0 does not split [N, 2, 2] behind the batch dimension");
  OnnxBuilder late({2, 2});
  late.Node("Flatten", {"x"}).Int("axis", 2);
  ExpectRefused(late, absl::StatusCode::kUnimplemented, "axis 2 does not split");
  OnnxBuilder range({2, 2});
  range.Node("Flatten", {"x"}).Int("axis", 5);
  ExpectRefused(range, absl::StatusCode::kInvalidArgument, "axis 5 is out of range for [N, 2, 2]");
}

TEST(Flatten, AnyAxisOfAFixedShape) {
  OnnxBuilder net({1});
  net.Node("Flatten", {"x"}).Int("axis", 2);
  ExpectFixedOutput(net, {2, 3, 2}, Ramp(12), {6, 2}, Ramp(12));
}

TEST(Flatten, OfNothing) {
  OnnxBuilder net({2});
  net.Node("Flatten", {net.List("none", {})}, "f").Int("axis", 1);
  net.Node("Reshape", {"x", "f"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "its input has no elements");
}

}  // namespace
}  // namespace biglittle::nn::testing
