#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Stft, FramesUnderAWindow) {
  OnnxBuilder net({6, 1}, 17);
  net.Node("STFT", {"x", net.List("step", {2}), net.Weight("window", {4}, {1, 2, 1, 0})});
  // Frames 1 4 3 0 and 3 8 5 0, weighed; bins 0, 1, 2 of each.
  ExpectOutput(net, {1, 2, 3, 4, 5, 6}, {2, 3, 2}, {8, 0, -2, -4, 0, 0, 16, 0, -2, -8, 0, 0});
}

TEST(Stft, WithoutAWindowBothSides) {
  OnnxBuilder net({4, 1}, 17);
  net.Node("STFT", {"x", net.List("step", {1}), "", net.List("length", {3})}).Int("onesided", 0);
  ExpectOutput(net, {1, 2, 3, 1}, {2, 3, 2},
               {6, 0, -1.5F, 0.8660254F, -1.5F, -0.8660254F, 6, 0, 0, -1.7320508F, 0, 1.7320508F});
}

// The samples that no whole frame is left for are not looked at.
TEST(Stft, OfComplexNumbers) {
  OnnxBuilder net({3, 2}, 17);
  net.Node("STFT", {"x", net.List("step", {2}), "", net.List("length", {2})}).Int("onesided", 0);
  ExpectOutput(net, {1, 1, 2, 0, 9, 9}, {1, 2, 2}, {3, 1, -1, 1});
}

TEST(Stft, Refused) {
  OnnxBuilder longer({4, 1}, 17);
  longer.Node("STFT", {"x", longer.List("step", {1}), "", longer.List("length", {5})});
  ExpectRefused(longer, absl::StatusCode::kInvalidArgument, "no longer than the signal");
  OnnxBuilder none({4, 1}, 17);
  none.Node("STFT", {"x", none.List("step", {1})});
  ExpectRefused(none, absl::StatusCode::kInvalidArgument, "it needs a window or a frame_length");
  OnnxBuilder still({4, 1}, 17);
  still.Node("STFT", {"x", still.List("step", {0}), "", still.List("length", {2})});
  ExpectRefused(still, absl::StatusCode::kInvalidArgument,
                "its frame_step must be one number, 1 to");
  OnnxBuilder other({4, 1}, 17);
  other.Node("STFT", {"x", other.List("step", {1}), other.Weight("w", {2}, {1, 1}),
                      other.List("length", {3})});
  ExpectRefused(other, absl::StatusCode::kInvalidArgument, "as many samples as its window");
  OnnxBuilder half({4, 2}, 17);
  half.Node("STFT", {"x", half.List("step", {1}), half.Weight("w", {2}, {1, 1})});
  ExpectRefused(half, absl::StatusCode::kInvalidArgument, "of real numbers only");
}

}  // namespace
}  // namespace biglittle::nn::testing
