#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// x.masked_fill(x < 0, 9) and the like.
TEST(Where, ChoosesByAComparison) {
  OnnxBuilder net({2, 2});
  net.Node("Less", {"x", net.Weight("zero", {}, {0})}, "negative");
  net.Node("Where", {"negative", net.Weight("c", {2}, {8, 9}), "x"});
  ExpectOutput(net, {1, -2, -3, 4}, {2, 2}, {1, 9, 8, 4});
}

TEST(Where, ByAConstant) {
  OnnxBuilder net({2});
  net.Node("Cast", {net.List("c", {1, 0})}, "first").Int("to", 9);
  net.Node("Neg", {"x"}, "n");
  net.Node("Where", {"first", "x", "n"});
  ExpectOutput(net, {1, 2, 3, 4}, {2}, {1, -2, 3, -4});
}

TEST(Where, Refused) {
  OnnxBuilder net({2});
  net.Node("Where", {"x", "x", "x"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "it chooses between float32 and float32 by float32");
}

}  // namespace
}  // namespace biglittle::nn::testing
