#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// Two channels: (x - 1) / sqrt(3 + 1) * 2 + 5, and x / sqrt(0 + 1) * -1.
class BatchNormalization : public ::testing::Test {
 protected:
  static NodeBuilder Normalise(OnnxBuilder& net, const std::string& input,
                               const std::string& output = "y") {
    net.Weight("gamma", {2}, {2, -1});
    net.Weight("beta", {2}, {5, 0});
    net.Weight("mean", {2}, {1, 0});
    net.Weight("variance", {2}, {3, 0});
    return net.Node("BatchNormalization", {input, "gamma", "beta", "mean", "variance"}, output)
        .Float("epsilon", 1.0F)
        .Float("momentum", 0.9F)
        .Named("bn");
  }
};

TEST_F(BatchNormalization, OnItsOwn) {
  OnnxBuilder net({2, 2});
  Normalise(net, "x");
  ExpectOutput(net, {1, 3, 1, 3, 0, 0, -4, 4}, {2, 2}, {5, 7, -1, -3, 4, 4, 4, -4});
  OnnxBuilder flat({2});
  Normalise(flat, "x");
  ExpectOutput(flat, {1, 3, 1, 3}, {2}, {5, -3, 5, -3});
}

TEST_F(BatchNormalization, FoldsIntoAConvolution) {
  OnnxBuilder net({1, 2});
  net.Weight("w", {2, 1, 1}, {3, 4});
  net.Weight("b", {2}, {1, -1});
  net.Node("Conv", {"x", "w", "b"}, "c");
  Normalise(net, "c", "n");
  net.Node("Relu", {"n"});
  // Convolution: 3x + 1 and 4x - 1.
  ExpectOutput(net, {1, -2, 0, 10}, {2, 2}, {8, 0, 0, 9, 5, 35, 1, 0});
}

TEST_F(BatchNormalization, FoldsIntoAProduct) {
  OnnxBuilder net({1});
  net.Weight("w", {2, 1}, {3, 4});
  net.Weight("b", {2}, {1, -1});
  net.Node("Gemm", {"x", "w", "b"}, "c").Int("transB", 1).Float("alpha", 2);
  Normalise(net, "c");
  ExpectOutput(net, {1, -2}, {2}, {11, -7, -7, 17});
  OnnxBuilder matmul({1});
  matmul.Weight("w", {1, 2}, {3, 4});
  matmul.Node("MatMul", {"x", "w"}, "c");
  Normalise(matmul, "c");
  ExpectOutput(matmul, {1, -2}, {2}, {7, -4, -2, 8});
}

TEST_F(BatchNormalization, DoesNotFoldWhereTheProductIsReadTwice) {
  OnnxBuilder net({1, 2});
  net.Weight("w", {2, 1, 1}, {3, 4});
  net.Node("Conv", {"x", "w"}, "c");
  Normalise(net, "c", "n");
  net.Node("Add", {"c", "n"});
  ExpectOutput(net, {1, -2}, {2, 2}, {3 + 7, -6 - 2, 4 - 4, -8 + 8});
}

// Rows of the product are the second dimension, its columns the third: nothing to fold.
TEST_F(BatchNormalization, DoesNotFoldAcrossRows) {
  OnnxBuilder net({2, 1});
  net.Weight("w", {1, 2}, {1, 10});
  net.Node("MatMul", {"x", "w"}, "c");
  Normalise(net, "c");
  ExpectOutput(net, {1, 2}, {2, 2}, {5, 14, -2, -20});
}

TEST_F(BatchNormalization, Refused) {
  OnnxBuilder training({2}, 14);
  Normalise(training, "x").Int("training_mode", 1);
  ExpectRefused(training, absl::StatusCode::kUnimplemented,
                "node 'bn' (BatchNormalization): only inference");
  OnnxBuilder sizes({3});
  Normalise(sizes, "x");
  ExpectRefused(sizes, absl::StatusCode::kInvalidArgument, "input 1 of shape [2] must have 3");
  OnnxBuilder negative({2});
  Normalise(negative, "x");
  negative.graph().mutable_initializer(3)->set_float_data(1, -2.0F);
  ExpectRefused(negative, absl::StatusCode::kInvalidArgument,
                "channel 1: variance plus epsilon is -1, which gives no finite numbers");
  OnnxBuilder missing({2});
  Normalise(missing, "x").proto().mutable_input()->RemoveLast();
  ExpectRefused(missing, absl::StatusCode::kInvalidArgument, "input 4 is missing");
}

}  // namespace
}  // namespace biglittle::nn::testing
