#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(LeakyRelu, ScalesBelowZero) {
  OnnxBuilder net({4});
  net.Node("LeakyRelu", {"x"}).Float("alpha", 0.25F);
  ExpectOutput(net, {-4, 0, 2, -1}, {4}, {-1, 0, 2, -0.25F});
}

TEST(LeakyRelu, DefaultSlope) {
  OnnxBuilder net({2});
  net.Node("LeakyRelu", {"x"});
  ExpectOutput(net, {-4, 4}, {2}, {-0.04F, 4});
}

TEST(LeakyRelu, SlopeMustBeFinite) {
  OnnxBuilder net({2});
  net.Node("LeakyRelu", {"x"}).Float("alpha", __builtin_nanf(""));
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "attribute 'alpha' is not a finite number");
}

}  // namespace
}  // namespace biglittle::nn::testing
