#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(PRelu, SlopeForEachChannel) {
  OnnxBuilder net({2, 2});
  net.Node("PRelu", {"x", net.Weight("slope", {2, 1}, {0.5F, 2})});
  ExpectOutput(net, {1, -1, 2, -2, -4, 4, -3, 3}, {2, 2}, {1, -0.5F, 2, -4, -2, 4, -6, 3});
}

TEST(PRelu, OneSlope) {
  OnnxBuilder net({2});
  net.Node("PRelu", {"x", net.Weight("slope", {1}, {0.25F})});
  ExpectOutput(net, {4, -4}, {2}, {4, -1});
}

TEST(PRelu, Refused) {
  OnnxBuilder net({1, 2});
  net.Node("PRelu", {"x", net.Weight("slope", {3, 1}, {1, 2, 3})});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "slope [3, 1] cannot be broadcast to [N, 1, 2]");
}

}  // namespace
}  // namespace biglittle::nn::testing
