#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Transpose, TwoAndThreeDimensions) {
  OnnxBuilder two({2, 3});
  two.Node("Transpose", {"x"}).IntList("perm", {0, 2, 1});
  ExpectOutput(two, Ramp(12), {3, 2}, {0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11});
  OnnxBuilder three({2, 3, 2});
  three.Node("Transpose", {"x"}).IntList("perm", {0, 3, 1, 2});
  ExpectOutput(three, Ramp(12), {2, 2, 3}, {0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11});
}

TEST(Transpose, OfDimensionsOfOne) {
  OnnxBuilder net({1, 3, 1});
  net.Node("Transpose", {"x"}).IntList("perm", {0, 2, 3, 1});
  ExpectOutput(net, Ramp(6), {3, 1, 1}, Ramp(6));
}

TEST(Transpose, OfAConstant) {
  OnnxBuilder net({2});
  net.Node("Transpose", {net.Weight("w", {3, 2}, {1, 10, 2, 20, 3, 30})}, "t");
  net.Node("MatMul", {"x", "t"});
  ExpectOutput(net, {1, 1, 0, 1}, {3}, {11, 22, 33, 10, 20, 30});
}

TEST(Transpose, Refused) {
  OnnxBuilder batch({2, 3});
  batch.Node("Transpose", {"x"});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "the batch must be in front");
  OnnxBuilder perm({2, 3});
  perm.Node("Transpose", {"x"}).IntList("perm", {0, 2, 2});
  ExpectRefused(perm, absl::StatusCode::kInvalidArgument, "perm is not a permutation");
  OnnxBuilder length({2, 3});
  length.Node("Transpose", {"x"}).IntList("perm", {0, 1});
  ExpectRefused(length, absl::StatusCode::kInvalidArgument, "perm is not a permutation");
}

}  // namespace
}  // namespace biglittle::nn::testing
