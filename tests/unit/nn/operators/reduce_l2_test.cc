#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

// What PyTorch exports for F.normalize(x).
TEST(ReduceL2, Normalises) {
  OnnxBuilder net({2});
  net.Node("ReduceL2", {"x"}, "length").IntList("axes", {1});
  net.Node("Div", {"x", "length"});
  ExpectOutput(net, {3, 4, -5, 12}, {2}, {0.6F, 0.8F, -5 / 13.0F, 12 / 13.0F});
}

TEST(ReduceL2, Refused) {
  OnnxBuilder net({2});
  net.Node("ReduceL2", {"x"});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "it works along the batch dimension");
}

}  // namespace
}  // namespace biglittle::nn::testing
