#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// What PyTorch writes for x.flatten(2).
TEST(Slice, TakesTheFrontOfAShape) {
  OnnxBuilder net({2, 3, 2});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Slice",
           {"shape", net.List("starts", {0}), net.List("ends", {2}), net.List("axes", {0})},
           "front");
  net.Node("Concat", {"front", net.List("open", {-1})}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(24), {2, 6}, Ramp(24));
}

TEST(Slice, AttributesAndNegativeEnds) {
  OnnxBuilder net({2, 3, 2}, 9);
  net.Node("Shape", {"x"}, "shape");
  net.Node("Slice", {"shape"}, "front").IntList("starts", {-4}).IntList("ends", {-1});
  net.Node("Concat", {"front", net.List("open", {1, -1})}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(24), {2, 3, 1, 2}, Ramp(24));
}

TEST(Slice, Refused) {
  OnnxBuilder floats({4});
  floats.Node("Slice", {"x", floats.List("starts", {0}), floats.List("ends", {2})});
  ExpectRefused(floats, absl::StatusCode::kUnimplemented, "it works only on shapes");
  OnnxBuilder steps({4});
  steps.Node("Shape", {"x"}, "shape");
  steps.Node(
      "Slice",
      {"shape", steps.List("starts", {0}), steps.List("ends", {2}), "", steps.List("steps", {2})},
      "front");
  steps.Node("Reshape", {"x", "front"});
  ExpectRefused(steps, absl::StatusCode::kUnimplemented, "it takes only one run of neighbours");
}

}  // namespace
}  // namespace biglittle::nn::testing
