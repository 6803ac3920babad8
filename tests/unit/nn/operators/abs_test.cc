#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Abs, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Abs", {"x"});
  ExpectOutput(net, {-1.5F, 0, 2, -3}, {2}, {1.5F, 0, 2, 3});
  ExpectFixedOutput(net, {4}, {-1.5F, 0, 2, -3}, {4}, {1.5F, 0, 2, 3});
}

TEST(Abs, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Abs", {net.Weight("c", {4}, {-1.5F, 0, 2, -3})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {1.5F, 0, 2, 3});
}

}  // namespace
}  // namespace biglittle::nn::testing
