#include <gtest/gtest.h>

#include <cstdint>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Reshape, WaysToKeepTheBatch) {
  for (const Ints& shape : {Ints{0, 3, 2}, Ints{-1, 3, 2}, Ints{0, -1, 2}, Ints{1, 3, 2},
                            Ints{0, 3, -1}, Ints{1, 3, -1}}) {
    OnnxBuilder net({2, 3});
    net.Node("Reshape", {"x", net.List("shape", shape)});
    ExpectOutput(net, Ramp(12), {3, 2}, Ramp(12));
  }
}

TEST(Reshape, ZeroCopiesADimension) {
  OnnxBuilder net({2, 3, 4});
  net.Node("Reshape", {"x", net.List("shape", {0, 0, -1})});
  ExpectOutput(net, Ramp(24), {2, 12}, Ramp(24));
}

// What PyTorch writes for x.view(x.size(0), -1).
TEST(Reshape, ShapeComputedFromTheInput) {
  OnnxBuilder net({2, 3});
  net.Node("Shape", {"x"}, "shape");
  net.Tensor("zero", {}, onnx::TensorProto::INT64).add_int64_data(0);
  net.Node("Gather", {"shape", "zero"}, "n").Int("axis", 0);
  net.Node("Unsqueeze", {"n", net.List("axes", {0})}, "first");
  net.Node("Concat", {"first", net.List("open", {-1})}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {6}, Ramp(12));
}

TEST(Reshape, OfAConstant) {
  OnnxBuilder net({2, 2});
  net.Node("Reshape", {net.Weight("c", {4}, {1, 2, 3, 4}), net.List("shape", {2, -1})}, "d");
  net.Node("Add", {"x", "d"});
  ExpectOutput(net, {10, 20, 30, 40}, {2, 2}, {11, 22, 33, 44});
}

TEST(Reshape, Refused) {
  const auto refuse = [](const Ints& shape, absl::StatusCode code, const char* reason) {
    OnnxBuilder net({2, 3}, 14);
    net.Node("Reshape", {"x", net.List("shape", shape)});
    ExpectRefused(net, code, reason);
  };
  refuse({0, 7}, absl::StatusCode::kInvalidArgument, "[N, 2, 3] cannot be reshaped to [0, 7]");
  refuse({-1, 3}, absl::StatusCode::kInvalidArgument, "cannot be reshaped");
  refuse({0, -1, 4}, absl::StatusCode::kInvalidArgument, "cannot be reshaped");
  refuse({-1, -1}, absl::StatusCode::kInvalidArgument, "leaves two sizes open");
  refuse({6, -1}, absl::StatusCode::kUnimplemented, "does not keep the batch dimension");
  refuse({0, -2}, absl::StatusCode::kInvalidArgument, "shape [0, -2] is impossible");
  refuse({0, 1, 1, 1, 1, 1, 1, 1, 6}, absl::StatusCode::kUnimplemented, "too many dimensions");
  refuse({0, std::int64_t{1} << 62, 4}, absl::StatusCode::kInvalidArgument, "impossible");
}

TEST(Reshape, ZeroMeansZeroIfAllowed) {
  OnnxBuilder net({2, 3}, 14);
  net.Node("Reshape", {"x", net.List("shape", {0, 6})}).Int("allowzero", 1);
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "shape [0, 6] is impossible");
}

// Shapes and the like must be known at load: what the net computes has other uses.
TEST(Reshape, ToWhatTheNetComputes) {
  OnnxBuilder net({3});
  net.Node("ArgMax", {"x"}, "shape").Int("axis", 1).Int("keepdims", 0);
  net.Node("Reshape", {"x", "shape"});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "input 1 must be a constant");
}

}  // namespace
}  // namespace biglittle::nn::testing
