#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(InstanceNormalization, EachChannelOfEachSample) {
  OnnxBuilder net({2, 2});
  net.Node("InstanceNormalization",
           {"x", net.Weight("scale", {2}, {1, 2}), net.Weight("bias", {2}, {0, 5})})
      .Float("epsilon", 1e-9F);
  ExpectOutput(net, {1, 3, 10, 30, -1, -2, 0, 8}, {2, 2}, {-1, 1, 3, 7, 1, -1, 3, 7});
}

TEST(InstanceNormalization, FixedShape) {
  OnnxBuilder net({2, 2});
  net.Node("InstanceNormalization",
           {"x", net.Weight("scale", {1}, {1}), net.Weight("bias", {1}, {0})})
      .Float("epsilon", 1e-9F);
  ExpectFixedOutput(net, {2, 1, 2}, {1, 3, 10, 30}, {2, 1, 2}, {-1, 1, -1, 1});
}

TEST(InstanceNormalization, Refused) {
  OnnxBuilder net({2, 2});
  net.Node("InstanceNormalization",
           {"x", net.Weight("scale", {1}, {1}), net.Weight("bias", {2}, {0, 5})});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "input 1 of shape [1] must have 2 numbers");
}

}  // namespace
}  // namespace biglittle::nn::testing
