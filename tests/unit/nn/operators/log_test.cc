#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Log, OfEachNumber) {
  OnnxBuilder net({2});
  net.Node("Log", {"x"});
  ExpectOutput(net, {1, 2.71828183F, 0.5F, 10}, {2}, {0, 1, -0.69314718F, 2.30258509F});
  ExpectFixedOutput(net, {4}, {1, 2.71828183F, 0.5F, 10}, {4}, {0, 1, -0.69314718F, 2.30258509F});
}

TEST(Log, OfAConstant) {
  OnnxBuilder net({4});
  net.Node("Log", {net.Weight("c", {4}, {1, 2.71828183F, 0.5F, 10})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {0, 0, 0, 0}, {4}, {0, 1, -0.69314718F, 2.30258509F});
}

TEST(Log, OfANegativeConstant) {
  OnnxBuilder net({1});
  net.Node("Log", {net.Weight("c", {1}, {-1})}, "d").Named("log");
  net.Node("Add", {"x", "d"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "node 'log' (Log): its value, known at load, is no number");
}

}  // namespace
}  // namespace biglittle::nn::testing
