#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(DequantizeLinear, ConstantWeights) {
  OnnxBuilder net({2});
  net.Node("DequantizeLinear",
           {net.Small("w", {2, 2}, onnx::TensorProto::INT8, {-128, 127, 0, 2}),
            net.Weight("scale", {2}, {1, 0.5F}),
            net.Small("zero", {2}, onnx::TensorProto::INT8, {0, 1})},
           "weights")
      .Int("axis", 1);
  net.Node("MatMul", {"x", "weights"});
  ExpectOutput(net, {1, 0, 0, 1}, {2}, {-128, 63, 0, 0.5F});
}

TEST(DequantizeLinear, BiasOfInt32) {
  OnnxBuilder net({2});
  net.Node("DequantizeLinear",
           {net.Small("b", {2}, onnx::TensorProto::INT32, {1000000, -4}),
            net.Weight("scale", {}, {0.25F})},
           "bias");
  net.Node("Add", {"x", "bias"});
  ExpectOutput(net, {1, 1}, {2}, {250001, 0});
}

TEST(DequantizeLinear, Refused) {
  OnnxBuilder floats({2});
  floats.Node("DequantizeLinear", {"x", floats.Weight("scale", {}, {1})});
  ExpectRefused(floats, absl::StatusCode::kUnimplemented, "its input is float32");
  OnnxBuilder types({2});
  types.Node("Cast", {"x"}, "q").Int("to", 3);
  types.Node("DequantizeLinear", {"q", types.Weight("scale", {}, {1}),
                                  types.Small("zero", {}, onnx::TensorProto::UINT8, {1})});
  ExpectRefused(types, absl::StatusCode::kInvalidArgument,
                "its input is int8, its zero point uint8");
}

}  // namespace
}  // namespace biglittle::nn::testing
