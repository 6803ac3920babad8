#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Not, OfAComparison) {
  OnnxBuilder net({3});
  net.Node("Less", {"x", net.Weight("c", {}, {0})}, "negative");
  net.Node("Not", {"negative"});
  ExpectOutput(net, {-1, 0, 1}, {3}, {0, 1, 1});
}

TEST(Not, Refused) {
  OnnxBuilder net({3});
  net.Node("Not", {"x"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "its input is float32");
}

}  // namespace
}  // namespace biglittle::nn::testing
