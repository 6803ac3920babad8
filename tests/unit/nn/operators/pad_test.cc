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

TEST(Pad, Reflects) {
  OnnxBuilder net({2, 3});
  net.Node("Pad", {"x", net.List("pads", {0, 1, 2, 0, 0, 1})}).Text("mode", "reflect");
  ExpectOutput(net, {1, 2, 3, 4, 5, 6}, {3, 6},
               {6, 5, 4, 5, 6, 5, 3, 2, 1, 2, 3, 2, 6, 5, 4, 5, 6, 5});
}

TEST(Pad, RepeatsTheEdge) {
  OnnxBuilder net({3});
  net.Node("Pad", {"x", net.List("pads", {0, 2, 0, 1})}).Text("mode", "edge");
  ExpectOutput(net, {1, 2, 3, 4, 5, 6}, {6}, {1, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6});
}

TEST(Pad, TakesAway) {
  OnnxBuilder net({4});
  net.Node("Pad", {"x", net.List("pads", {0, -1, 0, 1})});
  ExpectOutput(net, {1, 2, 3, 4}, {4}, {2, 3, 4, 0});
}

TEST(Pad, AlongAFixedFirstDimension) {
  OnnxBuilder net({1});
  net.Node("Pad", {"x", net.List("pads", {1, 0, 0, 0})});
  ExpectFixedOutput(net, {1, 2}, {1, 2}, {2, 2}, {0, 0, 1, 2});
}

// What PyTorch 1.13 exports for F.pad(x, (1, 2)): the pads of the last dimension first, as a chain
// of nodes that all fold.
TEST(Pad, ComputesItsPads) {
  OnnxBuilder net({2, 2});
  net.Node("ConstantOfShape", {net.List("missing", {4})}, "zeros")
      .Number("value", onnx::TensorProto::INT64, 0);
  net.Node("Concat", {net.List("given", {1, 2}), "zeros"}, "all").Int("axis", 0);
  net.Node("Reshape", {"all", net.List("pairs", {-1, 2})}, "table");
  net.Node("Slice",
           {"table", net.List("start", {-1}), net.List("end", {-9223372036854775807}),
            net.List("axis", {0}), net.List("step", {-1})},
           "turned");
  net.Node("Transpose", {"turned"}, "sides").IntList("perm", {1, 0});
  net.Node("Reshape", {"sides", net.List("flat", {-1})}, "list");
  net.Node("Cast", {"list"}, "pads").Int("to", 7);
  net.Node("Pad", {"x", "pads", net.Weight("value", {}, {9})}).Text("mode", "constant");
  ExpectOutput(net, {1, 2, 3, 4}, {2, 5}, {9, 1, 2, 9, 9, 9, 3, 4, 9, 9});
}

TEST(Pad, Refused) {
  const auto refuse = [](const Ints& pads, absl::StatusCode code, const char* reason) {
    OnnxBuilder net({2});
    net.Node("Pad", {"x", net.List("pads", pads)});
    ExpectRefused(net, code, reason);
  };
  refuse({0, 1}, absl::StatusCode::kInvalidArgument, "pads must be 4 numbers, they are 2");
  refuse({1, 0, 0, 0}, absl::StatusCode::kUnimplemented, "it would add samples to the batch");
  refuse({0, -2, 0, 0}, absl::StatusCode::kInvalidArgument, "its pads leave nothing");
  refuse({0, std::int64_t{1} << 40, 0, 0}, absl::StatusCode::kInvalidArgument, "absurdly large");
  OnnxBuilder mode({2});
  mode.Node("Pad", {"x", mode.List("pads", {0, 1, 0, 1})}).Text("mode", "wrap");
  ExpectRefused(mode, absl::StatusCode::kUnimplemented, "mode 'wrap'");
  OnnxBuilder reflect({2});
  reflect.Node("Pad", {"x", reflect.List("pads", {0, 2, 0, 0})}).Text("mode", "reflect");
  ExpectRefused(reflect, absl::StatusCode::kInvalidArgument, "2 numbers cannot be reflected by 2");
}

TEST(Pad, ReflectsNothingThatIsTakenAway) {
  OnnxBuilder net({4});
  net.Node("Pad", {"x", net.List("pads", {0, -2, 0, 1})}).Text("mode", "reflect");
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "takes away on the other");
}

}  // namespace
}  // namespace biglittle::nn::testing
