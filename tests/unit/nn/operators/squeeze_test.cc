#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Squeeze, AxesAsInputAttributeOrNone) {
  OnnxBuilder input({1, 3, 1});
  input.Node("Squeeze", {"x", input.List("axes", {-1})});
  ExpectOutput(input, Ramp(6), {1, 3}, Ramp(6));
  OnnxBuilder attribute({1, 3, 1}, 12);
  attribute.Node("Squeeze", {"x"}).IntList("axes", {1, 3});
  ExpectOutput(attribute, Ramp(6), {3}, Ramp(6));
  OnnxBuilder none({1, 3, 1});
  none.Node("Squeeze", {"x"});
  ExpectOutput(none, Ramp(6), {3}, Ramp(6));
}

TEST(Squeeze, Refused) {
  OnnxBuilder batch({1, 3});
  batch.Node("Squeeze", {"x", batch.List("axes", {0})});
  ExpectRefused(batch, absl::StatusCode::kInvalidArgument, "dimension 0 of [N, 1, 3] is not 1");
  OnnxBuilder wide({1, 3});
  wide.Node("Squeeze", {"x", wide.List("axes", {2})});
  ExpectRefused(wide, absl::StatusCode::kInvalidArgument, "dimension 2 of [N, 1, 3] is not 1");
  OnnxBuilder range({1, 3});
  range.Node("Squeeze", {"x", range.List("axes", {3})});
  ExpectRefused(range, absl::StatusCode::kInvalidArgument, "axis 3 is out of range");
}

}  // namespace
}  // namespace biglittle::nn::testing
