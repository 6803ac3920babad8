#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(QuantizeLinear, HalvesGoToTheEvenNeighbour) {
  OnnxBuilder net({6});
  net.Node("QuantizeLinear", {"x", net.Weight("scale", {}, {2}),
                              net.Small("zero", {}, onnx::TensorProto::UINT8, {128})});
  ExpectOutput(net, {0, 1, 3, 4, 1000, -1000}, {6}, {128, 128, 130, 130, 255, 0});
}

TEST(QuantizeLinear, ForEachChannel) {
  OnnxBuilder net({2, 2});
  net.Node("QuantizeLinear", {"x", net.Weight("scale", {2}, {1, 10}),
                              net.Small("zero", {2}, onnx::TensorProto::INT8, {0, -1})})
      .Int("axis", 1);
  ExpectOutput(net, {5, -5, 20, 2000}, {2, 2}, {5, -5, 1, 127});
}

// What a net that was trained for integers looks like: there and back again.
TEST(QuantizeLinear, AndBack) {
  OnnxBuilder net({3});
  const std::string scale = net.Weight("scale", {}, {0.5F});
  net.Node("QuantizeLinear", {"x", scale}, "q");
  net.Node("DequantizeLinear", {"q", scale});
  ExpectOutput(net, {0.2F, 0.3F, 200}, {3}, {0, 0.5F, 127.5F});
}

TEST(QuantizeLinear, Refused) {
  OnnxBuilder scale({2});
  scale.Node("QuantizeLinear", {"x", scale.Weight("scale", {}, {0})});
  ExpectRefused(scale, absl::StatusCode::kInvalidArgument, "its scale must be above 0");
  OnnxBuilder zero({2});
  zero.Node("QuantizeLinear", {"x", zero.Weight("scale", {2}, {1, 1}),
                               zero.Small("zero", {1}, onnx::TensorProto::INT8, {0})});
  ExpectRefused(zero, absl::StatusCode::kInvalidArgument, "it has 2 scales and 1 zero points");
  OnnxBuilder axis({3});
  axis.Node("QuantizeLinear", {"x", axis.Weight("scale", {2}, {1, 1})});
  ExpectRefused(axis, absl::StatusCode::kInvalidArgument,
                "2 scales do not fit to axis 1 of [N, 3]");
}

}  // namespace
}  // namespace biglittle::nn::testing
