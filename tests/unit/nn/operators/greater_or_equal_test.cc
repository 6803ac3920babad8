#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(GreaterOrEqual, OfTheInputAndAConstant) {
  OnnxBuilder net({3});
  net.Node("GreaterOrEqual", {"x", net.Weight("c", {}, {2})});
  ExpectOutput(net, {1, 2, 3}, {3}, {0, 1, 1});
}

TEST(GreaterOrEqual, OfConstants) {
  OnnxBuilder net({3});
  net.Node("GreaterOrEqual", {net.List("a", {1, 2, 3}), net.List("b", {2})}, "c");
  net.Node("Cast", {"c"}, "f").Int("to", 1);
  net.Node("Add", {"x", "f"});
  ExpectOutput(net, {0, 0, 0}, {3}, {0, 1, 1});
}

}  // namespace
}  // namespace biglittle::nn::testing
