#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Selu, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Selu", {"x"});
  ExpectOutput(net, {0, 1, -1, -2}, {2}, {0, 1.05070099F, -1.11133074F, -1.52016647F});
  ExpectFixedOutput(net, {4}, {0, 1, -1, -2}, {4}, {0, 1.05070099F, -1.11133074F, -1.52016647F});
}

TEST(Selu, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Selu", {net.Weight("c", {4}, {0, 1, -1, -2})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {0, 1.05070099F, -1.11133074F, -1.52016647F});
}

TEST(Selu, AlphaAndGamma) {
  OnnxBuilder net({2});
  net.Node("Selu", {"x"}).Float("alpha", 2).Float("gamma", 3);
  ExpectOutput(net, {1, -1}, {2}, {3, -3.79272336F});
}

}  // namespace
}  // namespace biglittle::nn::testing
