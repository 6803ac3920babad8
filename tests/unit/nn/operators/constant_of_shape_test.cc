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

// torch.zeros_like(x) and the like.
TEST(ConstantOfShape, ForEachSample) {
  OnnxBuilder net({2});
  net.Node("Shape", {"x"}, "shape");
  net.Node("ConstantOfShape", {"shape"}, "zeros");
  net.Node("Concat", {"zeros", "x"}).Int("axis", 1);
  ExpectOutput(net, {1, 2, 3, 4}, {4}, {0, 0, 1, 2, 0, 0, 3, 4});
}

TEST(ConstantOfShape, Refused) {
  OnnxBuilder huge({1});
  huge.Node("ConstantOfShape", {huge.List("shape", {1 << 20, 1 << 20})}, "zeros");
  huge.Node("Add", {"x", "zeros"});
  ExpectRefused(huge, absl::StatusCode::kInvalidArgument, "the impossible shape");
}

// With the batch further behind, only a recurrent layer may read it: what it holds is one sample's.
TEST(ConstantOfShape, OfTheBatchFurtherBehind) {
  OnnxBuilder net({1});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Gather", {"shape", net.List("zero", {0})}, "batch");
  net.Node("Concat", {net.List("one", {1}), "batch"}, "turned").Int("axis", 0);
  net.Node("ConstantOfShape", {"turned"}, "zeros");
  net.Node("ReduceSum", {"zeros"}, "sum");
  net.Node("Add", {"x", "sum"});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "whose shape has the batch size");
}

}  // namespace
}  // namespace biglittle::nn::testing
