#include <gtest/gtest.h>

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Softplus, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Softplus", {"x"});
  ExpectOutput(net, {0, 1, -1, 100}, {2}, {0.69314718F, 1.31326169F, 0.31326169F, 100});
  ExpectFixedOutput(net, {4}, {0, 1, -1, 100}, {4}, {0.69314718F, 1.31326169F, 0.31326169F, 100});
}

TEST(Softplus, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Softplus", {net.Weight("c", {4}, {0, 1, -1, 100})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {0.69314718F, 1.31326169F, 0.31326169F, 100});
}

}  // namespace
}  // namespace biglittle::nn::testing
