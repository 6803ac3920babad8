#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Elu, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Elu", {"x"});
  ExpectOutput(net, {0, 1, -1, -2}, {2}, {0, 1, -0.63212056F, -0.86466472F});
  ExpectFixedOutput(net, {4}, {0, 1, -1, -2}, {4}, {0, 1, -0.63212056F, -0.86466472F});
}

TEST(Elu, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Elu", {net.Weight("c", {4}, {0, 1, -1, -2})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {0, 1, -0.63212056F, -0.86466472F});
}

TEST(Elu, Alpha) {
  OnnxBuilder net({2});
  net.Node("Elu", {"x"}).Float("alpha", 2);
  ExpectOutput(net, {1, -1}, {2}, {1, -1.26424112F});
}

}  // namespace
}  // namespace biglittle::nn::testing
