#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Clip, BoundsAsInputs) {
  OnnxBuilder net({4});
  net.Node("Clip", {"x", net.Weight("low", {}, {-1}), net.Weight("high", {}, {6})});
  ExpectOutput(net, {-7, -0.5F, 6.5F, 2}, {4}, {-1, -0.5F, 6, 2}, 0);
}

TEST(Clip, OneBoundLeftOut) {
  OnnxBuilder net({3});
  net.Node("Clip", {"x", "", net.Weight("high", {}, {6})});
  ExpectOutput(net, {-7e30F, 7, 2}, {3}, {-7e30F, 6, 2}, 0);
}

TEST(Clip, BoundsAsAttributes) {
  OnnxBuilder net({3}, 10);
  net.Node("Clip", {"x"}).Float("min", 0).Float("max", 1);
  ExpectOutput(net, {-7, 0.5F, 2}, {3}, {0, 0.5F, 1}, 0);
}

TEST(Clip, Refused) {
  OnnxBuilder crossed({3});
  crossed.Node("Clip", {"x", crossed.Weight("low", {}, {2}), crossed.Weight("high", {}, {1})});
  ExpectRefused(crossed, absl::StatusCode::kInvalidArgument, "bounds 2 and 1 exclude each other");
  OnnxBuilder vector({3});
  vector.Node("Clip", {"x", vector.Weight("low", {3}, {1, 2, 3})});
  ExpectRefused(vector, absl::StatusCode::kInvalidArgument, "input 1 must be one number");
  OnnxBuilder late({3}, 10);
  late.Node("Clip", {"x", late.Weight("low", {}, {2})});
  ExpectRefused(late, absl::StatusCode::kInvalidArgument, "its bounds must be attributes");
}

}  // namespace
}  // namespace biglittle::nn::testing
