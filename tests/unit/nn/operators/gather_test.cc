#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Gather, PicksDimensions) {
  OnnxBuilder net({2, 3});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Gather", {"shape", net.List("which", {0, -1, 1})}, "target");
  net.Node("Reshape", {"x", "target"});
  ExpectOutput(net, Ramp(12), {3, 2}, Ramp(12));
}

TEST(Gather, Refused) {
  OnnxBuilder range({2, 3});
  range.Node("Shape", {"x"}, "shape");
  range.Node("Gather", {"shape", range.List("which", {3})}, "target");
  range.Node("Reshape", {"x", "target"});
  ExpectRefused(range, absl::StatusCode::kInvalidArgument, "an index is out of range");
  OnnxBuilder floats({2, 3});
  floats.Node("Gather", {"x", floats.List("which", {0})}).Int("axis", 1);
  ExpectRefused(floats, absl::StatusCode::kUnimplemented, "it works only on shapes");
}

}  // namespace
}  // namespace biglittle::nn::testing
