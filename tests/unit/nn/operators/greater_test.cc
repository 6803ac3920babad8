#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Greater, OfTheInputAndAConstant) {
  OnnxBuilder net({3});
  net.Node("Greater", {"x", net.Weight("c", {}, {2})});
  ExpectOutput(net, {1, 2, 3}, {3}, {0, 0, 1});
}

TEST(Greater, OfConstants) {
  OnnxBuilder net({3});
  net.Node("Greater", {net.List("a", {1, 2, 3}), net.List("b", {2})}, "c");
  net.Node("Cast", {"c"}, "f").Int("to", 1);
  net.Node("Add", {"x", "f"});
  ExpectOutput(net, {0, 0, 0}, {3}, {0, 0, 1});
}

}  // namespace
}  // namespace biglittle::nn::testing
