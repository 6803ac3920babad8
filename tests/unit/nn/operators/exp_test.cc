#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Exp, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Exp", {"x"});
  ExpectOutput(net, {0, 1, -1, 2}, {2}, {1, 2.71828183F, 0.36787944F, 7.3890561F});
  ExpectFixedOutput(net, {4}, {0, 1, -1, 2}, {4}, {1, 2.71828183F, 0.36787944F, 7.3890561F});
}

TEST(Exp, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Exp", {net.Weight("c", {4}, {0, 1, -1, 2})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {1, 2.71828183F, 0.36787944F, 7.3890561F});
}

}  // namespace
}  // namespace biglittle::nn::testing
