#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Min, OfTwo) {
  OnnxBuilder net({3});
  net.Node("Min", {net.Weight("c", {}, {0.5F}), "x"});
  ExpectOutput(net, {-1, 2, 0.5F}, {3}, {-1, 0.5F, 0.5F});
}

TEST(Min, ThatWidens) {
  OnnxBuilder net({1, 2});
  net.Node("Min", {"x", net.Weight("c", {2, 1}, {0, 10})});
  ExpectOutput(net, {1, 2, -1, 20}, {2, 2}, {0, 0, 1, 2, -1, 0, -1, 10});
}

TEST(Min, Refused) {
  OnnxBuilder net({3});
  net.Node("Min", {"x", net.Weight("c", {2}, {1, 2})});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "cannot be broadcast");
}

}  // namespace
}  // namespace biglittle::nn::testing
