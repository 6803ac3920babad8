#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(ConstantOfShape, ZerosByDefault) {
  OnnxBuilder net({2});
  net.Node("ConstantOfShape", {net.List("shape", {2})}, "zeros");
  net.Node("Add", {"x", "zeros"});
  ExpectOutput(net, {1, 2}, {2}, {1, 2});
}

TEST(ConstantOfShape, Integers) {
  OnnxBuilder net({4});
  net.Node("ConstantOfShape", {net.List("shape", {2})}, "twos")
      .Number("value", onnx::TensorProto::INT64, 2);
  net.Node("Concat", {net.List("open", {-1}), "twos"}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(8), {2, 2}, Ramp(8));
}

TEST(ConstantOfShape, NothingAtAll) {
  OnnxBuilder net({4});
  net.Node("ConstantOfShape", {net.List("shape", {0})}, "none")
      .Number("value", onnx::TensorProto::INT64, 0);
  net.Node("Concat", {net.List("open", {-1, 4}), "none"}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(8), {4}, Ramp(8));
}

TEST(ConstantOfShape, Refused) {
  OnnxBuilder batch({1});
  batch.Node("Shape", {"x"}, "shape");
  batch.Node("ConstantOfShape", {"shape"}, "zeros");
  batch.Node("Add", {"x", "zeros"});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "its shape has the size of the batch");
  OnnxBuilder huge({1});
  huge.Node("ConstantOfShape", {huge.List("shape", {1 << 20, 1 << 20})}, "zeros");
  huge.Node("Add", {"x", "zeros"});
  ExpectRefused(huge, absl::StatusCode::kInvalidArgument, "the impossible shape");
}

}  // namespace
}  // namespace biglittle::nn::testing
