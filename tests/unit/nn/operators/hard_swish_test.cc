#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(HardSwish, Values) {
  OnnxBuilder net({5}, 14);
  net.Node("HardSwish", {"x"});
  ExpectOutput(net, {0, 3, -3, 1, -1.5F}, {5}, {0, 3, 0, 2.0F / 3.0F, -0.375F});
}

TEST(HardSwish, CameWithOpset14) {
  OnnxBuilder net({5}, 13);
  net.Node("HardSwish", {"x"});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument,
                "the operator came with opset 14, the model has opset 13");
}

}  // namespace
}  // namespace biglittle::nn::testing
