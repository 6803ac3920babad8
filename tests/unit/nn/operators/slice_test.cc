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

TEST(Slice, OfTheInput) {
  OnnxBuilder net({3, 4});
  net.Node("Slice", {"x", net.List("starts", {1, -1}), net.List("ends", {99, -99}),
                     net.List("axes", {1, 2}), net.List("steps", {1, -2})});
  ExpectOutput(net, Ramp(24), {2, 2}, {7, 5, 11, 9, 19, 17, 23, 21});
}

TEST(Slice, AllAxesByDefault) {
  OnnxBuilder net({3}, 9);
  net.Node("Slice", {"x"}).IntList("starts", {0, 1}).IntList("ends", {9223372036854775807, 2});
  ExpectOutput(net, Ramp(6), {1}, {1, 4});
}

TEST(Slice, AlongAFixedFirstDimension) {
  OnnxBuilder net({1});
  net.Node("Slice", {"x", net.List("starts", {-1}), net.List("ends", {-9}), net.List("axes", {0}),
                     net.List("steps", {-1})});
  ExpectFixedOutput(net, {3, 2}, Ramp(6), {3, 2}, {4, 5, 2, 3, 0, 1});
}

TEST(Slice, EverySecondDimensionOfAShape) {
  OnnxBuilder net({2, 3, 1});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Slice",
           {"shape", net.List("starts", {0}), net.List("ends", {3}), "", net.List("steps", {2})},
           "some");
  net.Node("Concat", {"some", net.List("open", {-1})}, "target").Int("axis", 0);
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {3, 2}, Ramp(12));
}

TEST(Slice, Refused) {
  OnnxBuilder batch({4});
  batch.Node("Slice", {"x", batch.List("starts", {0}), batch.List("ends", {2})});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  OnnxBuilder nothing({4});
  nothing.Node("Slice", {"x", nothing.List("starts", {3}), nothing.List("ends", {2}),
                         nothing.List("axes", {1})});
  ExpectRefused(nothing, absl::StatusCode::kInvalidArgument, "it would yield nothing");
  OnnxBuilder lists({4});
  lists.Node("Slice", {"x", lists.List("starts", {0, 1}), lists.List("ends", {2})});
  ExpectRefused(lists, absl::StatusCode::kInvalidArgument, "must be equally many");
  OnnxBuilder step({4});
  step.Node("Slice", {"x", step.List("starts", {0}), step.List("ends", {2}), step.List("axes", {1}),
                      step.List("steps", {0})});
  ExpectRefused(step, absl::StatusCode::kUnimplemented, "it takes steps of 0");
}

TEST(Slice, FromWhereTheNetSays) {
  OnnxBuilder net({3});
  net.Node("ArgMax", {"x"}, "start").Int("axis", 1).Int("keepdims", 0);
  net.Node("Slice", {"x", "start", net.List("end", {3}), net.List("axes", {1})});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "input 1 must be a constant");
}

}  // namespace
}  // namespace biglittle::nn::testing
