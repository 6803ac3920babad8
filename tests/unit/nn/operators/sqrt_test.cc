#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Sqrt, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Sqrt", {"x"});
  ExpectOutput(net, {0, 1, 2, 9}, {2}, {0, 1, 1.41421356F, 3});
  ExpectFixedOutput(net, {4}, {0, 1, 2, 9}, {4}, {0, 1, 1.41421356F, 3});
}

TEST(Sqrt, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Sqrt", {net.Weight("c", {4}, {0, 1, 2, 9})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {0, 1, 1.41421356F, 3});
}

}  // namespace
}  // namespace biglittle::nn::testing
