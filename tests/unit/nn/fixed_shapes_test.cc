// Shapes::kFixed: the input's first dimension is a number like the others.
#include <gtest/gtest.h>

#include <cstddef>
#include <span>
#include <string>

#include "absl/status/status.h"

#include "nn/model.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

absl::StatusOr<Model> ParseFixed(const OnnxBuilder& builder) {
  const std::string bytes = builder.Bytes();
  return Model::Parse(std::as_bytes(std::span(bytes)), "test.onnx", LoadLimits{}, Shapes::kFixed);
}

TEST(FixedShapes, AreOptedFor) {
  OnnxBuilder net = SoundNet();
  net.input_type().mutable_shape()->mutable_dim(0)->set_dim_value(3);
  // Else the whole input is a sample.
  EXPECT_EQ(Parse(net)->input().shape, (Ints{3, 4}));
  EXPECT_TRUE(ParseFixed(net).ok());
}

TEST(FixedShapes, ComputeOneInputAtATime) {
  OnnxBuilder net = SoundNet();
  net.input_type().mutable_shape()->mutable_dim(0)->set_dim_value(3);
  const auto model = ParseFixed(net);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->Prepare({.max_batch = 2}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(model->Prepare({.max_batch = 1}).ok());
}

TEST(FixedShapes, NeedNumbers) {
  const auto model = ParseFixed(SoundNet());
  EXPECT_EQ(std::string(model.status().message()),
            "test.onnx: input 'x' leaves its size 0, 'batch', open: fix it with --shape x=1,4 (a "
            "number for each ?), or input_shapes: in task.yaml");
}

// Convolution, pooling, normalisation and a dense layer see the first dimension as their batch; the
// softmax in between works along it.
TEST(FixedShapes, AgreeWithTheSamplesOfABatch) {
  OnnxBuilder net({2, 4, 4});
  net.Node("Conv", {"x", net.Weight("w", {3, 2, 3, 3}, Noise(54)), net.Weight("b", {3}, Noise(3))},
           "c");
  net.Node("BatchNormalization",
           {"c", net.Weight("scale", {3}, {1, 2, 3}), net.Weight("shift", {3}, {1, 0, -1}),
            net.Weight("mean", {3}, Noise(3)), net.Weight("variance", {3}, {1, 2, 1})},
           "n");
  net.Node("Relu", {"n"}, "r");
  net.Node("MaxPool", {"r"}, "p").IntList("kernel_shape", {2, 2});
  net.Node("Flatten", {"p"}, "f");
  net.Node("Gemm", {"f", net.Weight("k", {3, 2}, Noise(6))});
  const Floats input = Noise(3 * 32);
  const Floats expected = Answers(net, input, 3);
  ExpectFixedOutput(net, {3, 2, 4, 4}, input, {3, 2}, expected);
}

TEST(FixedShapes, MayMixTheRows) {
  OnnxBuilder net({2});
  net.Node("Transpose", {"x"}, "t");
  net.Node("MatMul", {"t", "x"}, "m");
  net.Node("Sub", {"m", net.Weight("c", {2, 2}, {1, 0, 0, 1})}, "s");
  net.Node("ReduceSum", {"s", net.List("axes", {0})}).Int("keepdims", 0);
  ExpectFixedOutput(net, {3, 2}, {1, 2, 3, 4, 5, 6}, {2}, {78, 99});
}

TEST(FixedShapes, OfANumberAlone) {
  OnnxBuilder net({});
  net.Node("Exp", {"x"});
  ExpectFixedOutput(net, {}, {0}, {}, {1});
}

// A convolution of a constant: its first dimension is a batch too, at Load.
TEST(FixedShapes, OfConstantsInANetWithABatch) {
  OnnxBuilder net({1, 2});
  net.Node("Conv",
           {net.Weight("c", {2, 1, 3}, {1, 2, 3, 4, 5, 6}), net.Weight("w", {1, 1, 2}, {1, 1})},
           "sums");
  net.Node("Reshape", {"sums", net.List("shape", {2, 2})}, "table");
  net.Node("MatMul", {"x", "table"});
  ExpectOutput(net, {1, 10}, {1, 2}, {93, 115});
}

// [2, 4, 2] seen as [4, 4, 1]: the channels of the two are not the same, though equally many.
TEST(FixedShapes, AreNotFusedAcrossOtherSamples) {
  OnnxBuilder net({4, 2});
  net.Node("Conv", {"x", net.Weight("w", {4, 1, 1}, {1, 1, 1, 1})}, "c").Int("group", 4);
  net.Node("Reshape", {"c", net.List("shape", {4, 4, 1})}, "r");
  net.Node(
         "BatchNormalization",
         {"r", net.Weight("scale", {4}, {1, 10, 100, 1000}), net.Weight("shift", {4}, {0, 0, 0, 0}),
          net.Weight("mean", {4}, {0, 0, 0, 0}), net.Weight("variance", {4}, {1, 1, 1, 1})})
      .Float("epsilon", 0);
  ExpectFixedOutput(net, {2, 4, 2}, Floats(16, 1), {4, 4, 1},
                    {1, 10, 100, 1000, 1, 10, 100, 1000, 1, 10, 100, 1000, 1, 10, 100, 1000});
}

TEST(FixedShapes, CountTheWorkOfAllRows) {
  OnnxBuilder net({1, 3});
  net.Node("Conv", {"x", net.Weight("w", {2, 1, 2}, {1, 1, 1, 1})});
  EXPECT_EQ(Parse(net)->info().multiply_adds, 8);
  net.input_type().mutable_shape()->mutable_dim(0)->set_dim_value(5);
  EXPECT_EQ(ParseFixed(net)->info().multiply_adds, 40);
}

TEST(FixedShapes, CountTheWorkOfAllRowsOfAStep) {
  OnnxBuilder net({1, 3});
  net.Node("Conv", {"x", net.Weight("w", {2, 1, 2}, {1, 1, 1, 1})});
  net.input_type().mutable_shape()->mutable_dim(0)->set_dim_value(5);
  const auto model = ParseFixed(net);
  ASSERT_FALSE(model->info().steps.empty());
  EXPECT_EQ(model->info().steps[0].multiply_adds, 40);
}

}  // namespace
}  // namespace biglittle::nn::testing
