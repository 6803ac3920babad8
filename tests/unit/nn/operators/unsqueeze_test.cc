#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Unsqueeze, AxesAsInputOrAttribute) {
  OnnxBuilder input({3});
  input.Node("Unsqueeze", {"x", input.List("axes", {1, -1})});
  ExpectOutput(input, Ramp(6), {1, 3, 1}, Ramp(6));
  OnnxBuilder attribute({3}, 12);
  attribute.Node("Unsqueeze", {"x"}).IntList("axes", {2});
  ExpectOutput(attribute, Ramp(6), {3, 1}, Ramp(6));
}

TEST(Unsqueeze, Refused) {
  OnnxBuilder batch({3});
  batch.Node("Unsqueeze", {"x", batch.List("axes", {0})});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "the batch must be in front");
  OnnxBuilder twice({3});
  twice.Node("Unsqueeze", {"x", twice.List("axes", {1, 1})});
  ExpectRefused(twice, absl::StatusCode::kInvalidArgument, "axis 1 is named twice");
  OnnxBuilder many({3});
  many.Node("Unsqueeze", {"x", many.List("axes", {1, 2, 3, 4, 5, 6, 7})});
  ExpectRefused(many, absl::StatusCode::kUnimplemented, "too many dimensions");
  OnnxBuilder none({3});
  none.Node("Unsqueeze", {"x"});
  ExpectRefused(none, absl::StatusCode::kInvalidArgument, "it has no axes");
}

}  // namespace
}  // namespace biglittle::nn::testing
