#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Pow, OfConstants) {
  OnnxBuilder net({3});
  net.Node("Pow", {"x", net.Weight("e", {3}, {2, 0.5F, -1})});
  ExpectOutput(net, {-3, 9, 4, 1, 1, 1}, {3}, {9, 3, 0.25F, 1, 1, 1});
}

TEST(Pow, IntegerExponent) {
  OnnxBuilder net({2});
  net.Node("Pow", {"x", net.List("e", {3, 2})});
  ExpectOutput(net, {-2, -3}, {2}, {-8, 9});
}

TEST(Pow, ConstantBase) {
  OnnxBuilder net({2});
  net.Node("Pow", {net.Weight("b", {}, {2}), "x"});
  ExpectOutput(net, {-1, 3}, {2}, {0.5F, 8});
}

TEST(Pow, Refused) {
  OnnxBuilder net({1});
  net.Node("Pow", {net.List("b", {2}), net.Weight("e", {1}, {2})}, "p");
  net.Node("Add", {"x", "p"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "it computes with float32 and int64");
}

}  // namespace
}  // namespace biglittle::nn::testing
