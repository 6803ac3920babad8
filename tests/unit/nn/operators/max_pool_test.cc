#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"

namespace biglittle::nn::testing {
namespace {

struct PoolCase {
  std::string name;
  Plane plane;
  Geometry geometry;
};

void PrintTo(const PoolCase& c, std::ostream* out) { *out << c.name; }

class MaxPoolAgainstNaive : public ::testing::TestWithParam<PoolCase> {};

TEST_P(MaxPoolAgainstNaive, Agrees) {
  const auto& [name, plane, g] = GetParam();
  OnnxBuilder net({plane.channels, plane.height, plane.width});
  net.Node("MaxPool", {"x"})
      .IntList("kernel_shape", {g.kernel[0], g.kernel[1]})
      .IntList("strides", {g.stride[0], g.stride[1]})
      .IntList("dilations", {g.dilation[0], g.dilation[1]})
      .IntList("pads", {g.pads[0], g.pads[1], g.pads[2], g.pads[3]})
      .Int("ceil_mode", g.ceil_mode ? 1 : 0);
  Floats input = Noise(plane.size(), 7);
  for (float& x : input) x -= 2.0F;  // below what padding with zeros would answer
  const auto largest = [](const std::vector<double>& seen, std::int64_t) {
    return *std::ranges::max_element(seen);
  };
  ExpectOutput(net, input, {plane.channels, g.Output(0, plane.height), g.Output(1, plane.width)},
               NaivePool(input, plane, g, largest));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, MaxPoolAgainstNaive,
    ::testing::Values(
        PoolCase{"halved", {2, 3, 6, 8}, {.kernel = {2, 2}, .stride = {2, 2}}},
        PoolCase{"odd", {2, 2, 7, 5}, {.kernel = {2, 2}, .stride = {2, 2}}},
        PoolCase{"overlapping", {2, 2, 7, 6}, {.kernel = {3, 2}, .stride = {1, 1}}},
        PoolCase{
            "padded", {2, 2, 7, 6}, {.kernel = {3, 3}, .stride = {2, 2}, .pads = {1, 1, 1, 1}}},
        PoolCase{"ceil", {2, 2, 7, 6}, {.kernel = {2, 3}, .stride = {2, 2}, .ceil_mode = true}},
        PoolCase{"ceil_and_pads",
                 {2, 1, 6, 6},
                 {.kernel = {2, 3}, .stride = {3, 2}, .pads = {1, 1, 1, 1}, .ceil_mode = true}},
        // A last window that would see nothing but the pad at the end.
        PoolCase{"ceil_without_content",
                 {2, 1, 5, 5},
                 {.kernel = {2, 2}, .stride = {3, 3}, .pads = {0, 0, 1, 1}, .ceil_mode = true}},
        PoolCase{
            "dilated", {2, 2, 8, 9}, {.kernel = {2, 3}, .stride = {1, 2}, .dilation = {3, 2}}}),
    [](const auto& test) { return test.param.name; });

TEST(MaxPool, OneDimension) {
  OnnxBuilder net({2, 5});
  net.Node("MaxPool", {"x"}).IntList("kernel_shape", {2}).IntList("strides", {2});
  ExpectOutput(net, {1, 5, 2, 3, 9, -1, -5, -2, -3, -9}, {2, 2}, {5, 3, -1, -2});
}

TEST(MaxPool, AutoPad) {
  OnnxBuilder net({1, 5});
  net.Node("MaxPool", {"x"})
      .IntList("kernel_shape", {2})
      .IntList("strides", {2})
      .Text("auto_pad", "SAME_UPPER");
  ExpectOutput(net, {1, 5, 2, 3, 9}, {1, 3}, {5, 3, 9});
}

TEST(MaxPool, Refused) {
  OnnxBuilder pads({1, 6});
  pads.Node("MaxPool", {"x"}).IntList("kernel_shape", {2}).IntList("pads", {2, 0});
  ExpectRefused(pads, absl::StatusCode::kInvalidArgument,
                "node #0 (MaxPool): pads 2 and 0 must be smaller than the kernel's extent 2");
  OnnxBuilder kernel({1, 6});
  kernel.Node("MaxPool", {"x"});
  ExpectRefused(kernel, absl::StatusCode::kInvalidArgument, "kernel_shape [] does not fit");
  OnnxBuilder volume({1, 6, 6, 6, 6});
  volume.Node("MaxPool", {"x"}).IntList("kernel_shape", {2, 2, 2, 2});
  ExpectRefused(volume, absl::StatusCode::kUnimplemented,
                "its input [N, 1, 6, 6, 6, 6] is neither [N, C, L] nor [N, C, H, W]");
}

TEST(MaxPool, IndicesAreNotComputed) {
  OnnxBuilder net({1, 6});
  net.Node("MaxPool", {"x"}, "m").IntList("kernel_shape", {2}).proto().add_output("indices");
  net.Node("Relu", {"indices"});
  ExpectRefused(net, absl::StatusCode::kUnimplemented,
                "node #1 (Relu): its input 'indices' is the second output of a node");
}

TEST(MaxPool, TapsThatStepOverTheInput) {
  OnnxBuilder net({1, 1});
  net.Node("MaxPool", {"x"})
      .IntList("kernel_shape", {2})
      .IntList("dilations", {5})
      .IntList("pads", {3, 3});
  ExpectRefused(net, absl::StatusCode::kInvalidArgument, "output 0 sees only padding");
}

}  // namespace
}  // namespace biglittle::nn::testing
