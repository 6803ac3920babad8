#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Erf, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Erf", {"x"});
  ExpectOutput(net, {0, 0.5F, -1, 3}, {2}, {0, 0.520499878F, -0.842700793F, 0.999977910F});
  ExpectFixedOutput(net, {4}, {0, 0.5F, -1, 3}, {4},
                    {0, 0.520499878F, -0.842700793F, 0.999977910F});
}

TEST(Erf, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Erf", {net.Weight("c", {4}, {0, 0.5F, -1, 3})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {0, 0.520499878F, -0.842700793F, 0.999977910F});
}

// As PyTorch exports nn.GELU: x / sqrt(2) -> Erf -> + 1 -> * x -> * 1/2.
TEST(Erf, InGelu) {
  OnnxBuilder net({3});
  net.Node("Div", {"x", net.Weight("root", {}, {1.41421356F})}, "scaled");
  net.Node("Erf", {"scaled"}, "erf");
  net.Node("Add", {"erf", net.Weight("one", {}, {1})}, "sum");
  net.Node("Mul", {"x", "sum"}, "product");
  net.Node("Mul", {"product", net.Weight("half", {}, {0.5F})});
  ExpectOutput(net, {-1, 0, 1, -2, 2, 3}, {3},
               {-0.15865525F, 0, 0.84134475F, -0.04550026F, 1.95449974F, 2.99595031F});
}

}  // namespace
}  // namespace biglittle::nn::testing
