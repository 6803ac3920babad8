#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Dropout, PassesOn) {
  OnnxBuilder early({2}, 11);
  early.Node("Dropout", {"x"}).Float("ratio", 0.5F);
  ExpectOutput(early, Ramp(4), {2}, Ramp(4), 0);
  OnnxBuilder late({2});
  late.Node("Dropout", {"x", late.Weight("ratio", {}, {0.5F}), late.Bool("training", false)})
      .proto()
      .add_output("mask");
  ExpectOutput(late, Ramp(4), {2}, Ramp(4), 0);
}

TEST(Dropout, RefusesToTrain) {
  OnnxBuilder net({2});
  net.Node("Dropout", {"x", "", net.Bool("training", true)});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "training_mode must be a constant false");
}

}  // namespace
}  // namespace biglittle::nn::testing
