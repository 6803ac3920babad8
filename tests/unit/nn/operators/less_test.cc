#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Less, OfTheInputAndAConstant) {
  OnnxBuilder net({3});
  net.Node("Less", {"x", net.Weight("c", {}, {2})});
  ExpectOutput(net, {1, 2, 3}, {3}, {1, 0, 0});
}

TEST(Less, OfConstants) {
  OnnxBuilder net({3});
  net.Node("Less", {net.List("a", {1, 2, 3}), net.List("b", {2})}, "c");
  net.Node("Cast", {"c"}, "f").Int("to", 1);
  net.Node("Add", {"x", "f"});
  ExpectOutput(net, {0, 0, 0}, {3}, {1, 0, 0});
}

}  // namespace
}  // namespace biglittle::nn::testing
