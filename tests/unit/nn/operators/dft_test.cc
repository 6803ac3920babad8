#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Dft, OfRealNumbers) {
  OnnxBuilder net({4, 1}, 17);
  net.Node("DFT", {"x"});
  ExpectOutput(net, {1, 2, 3, 4, 0, 1, 0, 0}, {4, 2},
               {10, 0, -2, 2, -2, 0, -2, -2, 1, 0, 0, -1, -1, 0, 0, 1});
}

TEST(Dft, OneSide) {
  OnnxBuilder net({4, 1}, 17);
  net.Node("DFT", {"x"}).Int("onesided", 1);
  ExpectOutput(net, {1, 2, 3, 4}, {3, 2}, {10, 0, -2, 2, -2, 0});
  OnnxBuilder odd({3, 1}, 17);
  odd.Node("DFT", {"x"}).Int("onesided", 1);
  ExpectOutput(odd, {1, 2, 3}, {2, 2}, {6, 0, -1.5F, 0.8660254F});
}

TEST(Dft, ThereAndBack) {
  OnnxBuilder net({7, 2}, 17);
  net.Node("DFT", {"x"}, "f");
  net.Node("DFT", {"f"}).Int("inverse", 1);
  const Floats noise = Noise(28);
  ExpectOutput(net, noise, {7, 2}, noise);
}

TEST(Dft, AlongAnotherAxisOfComplexNumbers) {
  OnnxBuilder net({2, 3, 2}, 17);  // two rows, transformed column by column
  net.Node("DFT", {"x"}).Int("axis", 1);
  ExpectOutput(net, {1, 0, 2, 1, 3, 2, 4, 0, 5, 1, 6, 2}, {2, 3, 2},
               {5, 0, 7, 2, 9, 4, -3, 0, -3, 0, -3, 0});
}

TEST(Dft, TheAxisIsAnInputSinceOpset20) {
  OnnxBuilder first({2, 3, 2}, 20);
  first.Node("DFT", {"x", "", first.List("axis", {1})});
  const Floats x{1, 0, 2, 1, 3, 2, 4, 0, 5, 1, 6, 2};
  ExpectOutput(first, x, {2, 3, 2}, {5, 0, 7, 2, 9, 4, -3, 0, -3, 0, -3, 0});
  OnnxBuilder last({3, 2, 2}, 20);  // the last but one, if none is given
  last.Node("DFT", {"x"});
  ExpectOutput(last, x, {3, 2, 2}, {3, 1, -1, -1, 7, 2, -1, 2, 11, 3, -1, -1});
}

TEST(Dft, CutAndFilledUp) {
  OnnxBuilder cut({4, 1}, 17);
  cut.Node("DFT", {"x", cut.List("length", {2})});
  ExpectOutput(cut, {1, 2, 3, 4}, {2, 2}, {3, 0, -1, 0});
  OnnxBuilder longer({2, 1}, 17);
  longer.Node("DFT", {"x", longer.List("length", {4})}).Int("onesided", 1);
  ExpectOutput(longer, {1, 2}, {3, 2}, {3, 0, 1, -2, -1, 0});
}

TEST(Dft, Refused) {
  OnnxBuilder batch({4, 1}, 17);
  batch.Node("DFT", {"x"}).Int("axis", 0);
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
  OnnxBuilder last({4}, 17);
  last.Node("DFT", {"x"});
  ExpectRefused(last, absl::StatusCode::kInvalidArgument, "its last dimension must be 1");
  OnnxBuilder half({4, 2}, 17);
  half.Node("DFT", {"x"}).Int("onesided", 1);
  ExpectRefused(half, absl::StatusCode::kUnimplemented, "of real numbers only");
  OnnxBuilder none({4, 1}, 17);
  none.Node("DFT", {"x", none.List("length", {0})});
  ExpectRefused(none, absl::StatusCode::kInvalidArgument, "its length must be one number, 1 to");
}

}  // namespace
}  // namespace biglittle::nn::testing
