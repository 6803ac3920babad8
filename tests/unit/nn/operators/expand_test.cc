#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Expand, RepeatsOnes) {
  OnnxBuilder net({2, 1});
  net.Node("Expand", {"x", net.List("shape", {2, 3})});
  ExpectOutput(net, {1, 2, 3, 4}, {2, 3}, {1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4});
}

TEST(Expand, ToTheShapeOfAnother) {
  OnnxBuilder net({2, 2});
  net.Node("ReduceMax", {"x"}, "max").IntList("axes", {2});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Expand", {"max", "shape"});
  ExpectOutput(net, {1, 2, 4, 3}, {2, 2}, {2, 2, 4, 4});
}

TEST(Expand, OfAConstant) {
  OnnxBuilder net({2, 2});
  net.Node("Expand", {net.Weight("c", {2}, {1, 2}), net.List("shape", {2, 1})}, "wide");
  net.Node("Mul", {"x", "wide"});
  ExpectOutput(net, {1, 1, 3, 3}, {2, 2}, {1, 2, 3, 6});
}

// A class token, as PyTorch exports token.expand(x.size(0), -1, -1).
TEST(Expand, OfAConstantForEachSample) {
  OnnxBuilder net({2, 2});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Slice", {"shape", net.List("start", {0}), net.List("end", {1})}, "batch");
  net.Node("Concat", {"batch", net.List("rest", {1, 2})}, "target").Int("axis", 0);
  net.Node("Expand", {net.Weight("token", {1, 1, 2}, {8, 9}), "target"}, "tokens");
  net.Node("Concat", {"tokens", "x"}).Int("axis", 1);
  ExpectOutput(net, {1, 2, 3, 4, 5, 6, 7, 8}, {3, 2}, {8, 9, 1, 2, 3, 4, 8, 9, 5, 6, 7, 8});
}

TEST(Expand, Refused) {
  OnnxBuilder shape({2});
  shape.Node("Expand", {"x", shape.List("shape", {3})});
  ExpectRefused(shape, absl::StatusCode::kInvalidArgument, "cannot be broadcast");
}

}  // namespace
}  // namespace biglittle::nn::testing
