#include <gtest/gtest.h>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(HammingWindow, PeriodicAndNot) {
  OnnxBuilder net({4}, 17);
  net.Node("HammingWindow", {net.List("size", {4})}, "w");
  net.Node("Mul", {"x", "w"});
  ExpectOutput(net, {1, 1, 1, 1}, {4}, {0.0869565F, 0.5434783F, 1, 0.5434783F});
  OnnxBuilder whole({5}, 17);
  whole.Node("HammingWindow", {whole.List("size", {5})}, "w").Int("periodic", 0);
  whole.Node("Mul", {"x", "w"});
  ExpectOutput(whole, {1, 1, 1, 1, 1}, {5}, {0.0869565F, 0.5434783F, 1, 0.5434783F, 0.0869565F});
}

TEST(HammingWindow, Refused) {
  OnnxBuilder none({4}, 17);
  none.Node("HammingWindow", {none.List("size", {0})}, "w");
  none.Node("Mul", {"x", "w"});
  ExpectRefused(none, absl::StatusCode::kInvalidArgument, "its size must be one number, 1 to");
  OnnxBuilder whole({4}, 17);
  whole.Node("HammingWindow", {whole.List("size", {4})}, "w").Int("output_datatype", 11);
  whole.Node("Mul", {"x", "w"});
  ExpectRefused(whole, absl::StatusCode::kUnimplemented, "its output is no float32");
}

}  // namespace
}  // namespace biglittle::nn::testing
