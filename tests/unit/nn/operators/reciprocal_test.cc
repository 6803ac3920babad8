#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Reciprocal, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Reciprocal", {"x"});
  ExpectOutput(net, {1, -2, 4, 0.5F}, {2}, {1, -0.5F, 0.25F, 2});
  ExpectFixedOutput(net, {4}, {1, -2, 4, 0.5F}, {4}, {1, -0.5F, 0.25F, 2});
}

TEST(Reciprocal, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Reciprocal", {net.Weight("c", {4}, {1, -2, 4, 0.5F})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {1, -0.5F, 0.25F, 2});
}

}  // namespace
}  // namespace biglittle::nn::testing
