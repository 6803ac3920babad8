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

TEST(Expand, Refused) {
  OnnxBuilder samples({2});
  samples.Node("Shape", {"x"}, "shape");
  samples.Node("Expand", {samples.Weight("c", {2}, {1, 2}), "shape"}, "wide");
  samples.Node("Add", {"x", "wide"});
  ExpectRefused(samples, absl::StatusCode::kUnimplemented,
                "it would repeat [2] for every sample of the batch");
  OnnxBuilder shape({2});
  shape.Node("Expand", {"x", shape.List("shape", {3})});
  ExpectRefused(shape, absl::StatusCode::kInvalidArgument, "cannot be broadcast");
}

}  // namespace
}  // namespace biglittle::nn::testing
