#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Div, IsNotSymmetric) {
  OnnxBuilder right({2});
  right.Node("Div", {"x", right.Weight("c", {2}, {2, 4})});
  ExpectOutput(right, {1, 2, 3, 4}, {2}, {0.5F, 0.5F, 1.5F, 1});
  OnnxBuilder left({2});
  left.Node("Div", {left.Weight("c", {1}, {12}), "x"});
  ExpectOutput(left, {1, 2, 3, 4}, {2}, {12, 6, 4, 3});
}

TEST(Div, OfConstantsMustBeANumber) {
  OnnxBuilder net({1});
  net.Node("Div", {net.Weight("a", {}, {0}), net.Weight("b", {}, {0})}, "c").Named("inverse");
  net.Node("Add", {"x", "c"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "node 'inverse' (Div): its value, known at load, is no number");
}

}  // namespace
}  // namespace biglittle::nn::testing
