#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
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
  bool count_padding = false;
};

void PrintTo(const PoolCase& c, std::ostream* out) { *out << c.name; }

class AveragePoolAgainstNaive : public ::testing::TestWithParam<PoolCase> {};

TEST_P(AveragePoolAgainstNaive, Agrees) {
  const auto& [name, plane, g, count_padding] = GetParam();
  OnnxBuilder net({plane.channels, plane.height, plane.width});
  net.Node("AveragePool", {"x"})
      .IntList("kernel_shape", {g.kernel[0], g.kernel[1]})
      .IntList("strides", {g.stride[0], g.stride[1]})
      .IntList("pads", {g.pads[0], g.pads[1], g.pads[2], g.pads[3]})
      .Int("ceil_mode", g.ceil_mode ? 1 : 0)
      .Int("count_include_pad", count_padding ? 1 : 0);
  const Floats input = Noise(plane.size(), 8);
  const auto mean = [all = count_padding](const std::vector<double>& seen, std::int64_t positions) {
    const double count = all ? static_cast<double>(positions) : static_cast<double>(seen.size());
    return std::accumulate(seen.begin(), seen.end(), 0.0) / count;
  };
  ExpectOutput(net, input, {plane.channels, g.Output(0, plane.height), g.Output(1, plane.width)},
               NaivePool(input, plane, g, mean));
}

const Geometry kPadded{.kernel = {3, 2}, .stride = {2, 1}, .pads = {1, 1, 2, 0}};
const Geometry kCeil{.kernel = {3, 3}, .stride = {2, 2}, .pads = {1, 1, 1, 1}, .ceil_mode = true};

INSTANTIATE_TEST_SUITE_P(
    Cases, AveragePoolAgainstNaive,
    ::testing::Values(PoolCase{"plain", {2, 3, 6, 7}, {.kernel = {2, 3}, .stride = {2, 2}}},
                      PoolCase{"padded", {2, 2, 7, 6}, kPadded},
                      PoolCase{"padded_counting", {2, 2, 7, 6}, kPadded, true},
                      PoolCase{"ceil", {2, 2, 8, 6}, kCeil},
                      PoolCase{"ceil_counting", {2, 2, 8, 6}, kCeil, true}),
    [](const auto& test) { return test.param.name; });

TEST(AveragePool, OneDimension) {
  OnnxBuilder net({1, 4});
  net.Node("AveragePool", {"x"}).IntList("kernel_shape", {2}).IntList("pads", {1, 0});
  ExpectOutput(net, {2, 4, 6, 8}, {1, 4}, {2, 3, 5, 7});
}

TEST(AveragePool, HasNoDilations) {
  OnnxBuilder net({1, 4});
  net.Node("AveragePool", {"x"}).IntList("kernel_shape", {2}).IntList("dilations", {1});
  ExpectRefused(net, absl::StatusCode::kUnimplemented, "attribute 'dilations' is not known");
}

// Behind a convolution the map is stored channels last, and summed in float.
TEST(AveragePool, LargeWindowsLoseNoDigits) {
  OnnxBuilder net({2, 112, 112});
  net.Node("Conv", {"x", net.Weight("w", {2, 2, 1, 1}, {1, 0, 0, 1})}, "map");
  net.Node("AveragePool", {"map"}).IntList("kernel_shape", {112, 112});
  const Floats input(2 * 112 * 112, 0.1F);
  ExpectOutput(net, input, {2, 1, 1}, {0.1F, 0.1F});
}

}  // namespace
}  // namespace biglittle::nn::testing
