#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Sub, IsNotSymmetric) {
  OnnxBuilder right({2});
  right.Node("Sub", {"x", right.Weight("c", {2}, {1, 10})});
  ExpectOutput(right, {1, 2, 3, 4}, {2}, {0, -8, 2, -6});
  OnnxBuilder left({2});
  left.Node("Sub", {left.Weight("c", {2}, {1, 10}), "x"});
  ExpectOutput(left, {1, 2, 3, 4}, {2}, {0, 8, -2, 6});
  OnnxBuilder scalar({2});
  scalar.Node("Sub", {scalar.Weight("c", {}, {5}), "x"});
  ExpectOutput(scalar, {1, 2, 3, 4}, {2}, {4, 3, 2, 1});
}

}  // namespace
}  // namespace biglittle::nn::testing
