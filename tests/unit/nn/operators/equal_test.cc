#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Equal, OfTheInputAndAConstant) {
  OnnxBuilder net({3});
  net.Node("Equal", {"x", net.Weight("c", {}, {2})});
  ExpectOutput(net, {1, 2, 3}, {3}, {0, 1, 0});
}

// What PyTorch exports for x.expand(-1, 3, 4): which sizes are left as they are.
TEST(Equal, ComparesTheBatchSizeWithMinusOne) {
  OnnxBuilder net({1, 2});
  net.Node("Shape", {"x"}, "shape");
  net.Node("Equal", {"shape", net.List("open", {-1})}, "kept");
  net.Node("Where", {"kept", net.List("ones", {1, 1, 1}), "shape"}, "target");
  net.Node("Expand", {"x", "target"});
  ExpectOutput(net, Ramp(4), {1, 2}, Ramp(4));
}

TEST(Equal, Refused) {
  OnnxBuilder batch({2});
  batch.Node("Shape", {"x"}, "shape");
  batch.Node("Equal", {"shape", batch.List("c", {3, 3})}, "e");
  batch.Node("Cast", {"e"}, "f").Int("to", 1);
  batch.Node("Add", {"x", "f"});
  ExpectRefused(batch, absl::StatusCode::kUnimplemented, "it computes with the size of the batch");
  OnnxBuilder types({2});
  types.Node("Equal", {"x", types.List("c", {3, 3})});
  ExpectRefused(types, absl::StatusCode::kInvalidArgument, "it compares float32 and int64");
}

}  // namespace
}  // namespace biglittle::nn::testing
