#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Relu, CutsBelowZero) {
  OnnxBuilder net({2, 2});
  net.Node("Relu", {"x"});
  ExpectOutput(net, {-1, 0, 2, -0.5F, 3, -3, 1e-9F, 4}, {2, 2}, {0, 0, 2, 0, 3, 0, 1e-9F, 4}, 0);
}

TEST(Relu, HasNoAttributes) {
  OnnxBuilder net({2});
  net.Node("Relu", {"x"}).Float("alpha", 1.0F);
  ExpectRefused(net, absl::StatusCode::kUnimplemented,
                "node #0 (Relu): attribute 'alpha' is not known");
}

}  // namespace
}  // namespace biglittle::nn::testing
