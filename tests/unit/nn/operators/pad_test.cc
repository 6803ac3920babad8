#include <gtest/gtest.h>

#include <cstdint>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"

namespace biglittle::nn::testing {
namespace {

TEST(Pad, AsInputs) {
  OnnxBuilder net({1, 2, 2});
  net.Node("Pad", {"x", net.List("pads", {0, 0, 1, 0, 0, 0, 0, 2}), net.Weight("v", {}, {9})});
  ExpectOutput(net, {1, 2, 3, 4, 5, 6, 7, 8}, {1, 3, 4},
               {9, 9, 9, 9, 1, 2, 9, 9, 3, 4, 9, 9, 9, 9, 9, 9, 5, 6, 9, 9, 7, 8, 9, 9});
}

TEST(Pad, AsAttributes) {
  OnnxBuilder net({2}, 10);
  net.Node("Pad", {"x"}).IntList("pads", {0, 1, 0, 2}).Text("mode", "constant");
  ExpectOutput(net, {1, 2, 3, 4}, {5}, {0, 1, 2, 0, 0, 0, 3, 4, 0, 0});
}

TEST(Pad, OfChannels) {
  OnnxBuilder net({1, 2});
  net.Node("Pad", {"x", net.List("pads", {0, 1, 0, 0, 1, 0})});
  ExpectOutput(net, {1, 2}, {3, 2}, {0, 0, 1, 2, 0, 0});
}

TEST(Pad, Refused) {
  const auto refuse = [](const Ints& pads, absl::StatusCode code, const char* reason) {
    OnnxBuilder net({2});
    net.Node("Pad", {"x", net.List("pads", pads)});
    ExpectRefused(net, code, reason);
  };
  refuse({0, 1}, absl::StatusCode::kInvalidArgument, "pads must be 4 numbers, they are 2");
  refuse({1, 0, 0, 0}, absl::StatusCode::kUnimplemented, "it would add samples to the batch");
  refuse({0, -1, 0, 0}, absl::StatusCode::kUnimplemented, "negative pads");
  refuse({0, std::int64_t{1} << 40, 0, 0}, absl::StatusCode::kInvalidArgument, "absurdly large");
  OnnxBuilder mode({2});
  mode.Node("Pad", {"x", mode.List("pads", {0, 1, 0, 1})}).Text("mode", "reflect");
  ExpectRefused(mode, absl::StatusCode::kUnimplemented, "mode 'reflect'");
}

}  // namespace
}  // namespace biglittle::nn::testing
