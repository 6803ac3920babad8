// Convolutions and pools of many geometries, on maps that lie planar and channels last.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/unit/nn/feature_map.h"
#include "tests/unit/nn/net_check.h"
#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"

namespace biglittle::nn::testing {
namespace {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : generator_(seed) {}
  std::int64_t Between(std::int64_t least, std::int64_t greatest) {
    return least + static_cast<std::int64_t>(generator_() %
                                             static_cast<std::uint64_t>(greatest - least + 1));
  }
  std::int64_t OneOf(const Ints& values) {
    return values[static_cast<std::size_t>(
        Between(0, static_cast<std::int64_t>(values.size()) - 1))];
  }

 private:
  std::mt19937_64 generator_;
};

std::string Describe(const Plane& plane, const Geometry& g) {
  std::ostringstream text;
  text << plane.channels << "x" << plane.height << "x" << plane.width;
  for (std::size_t i = 0; i < 2; ++i) {
    text << ", kernel " << g.kernel[i] << " / " << g.stride[i] << " dilated " << g.dilation[i]
         << " pads " << g.pads[i] << " " << g.pads[i + 2];
  }
  return text.str();
}

// A kernel that fits into the padded plane; the pads may be larger than the kernel, or than the
// plane, unless `small_pads`.
Geometry AnyGeometry(Dice& dice, const Plane& plane, bool small_pads) {
  Geometry g;
  const std::int64_t extents[] = {plane.height, plane.width};
  for (std::size_t i = 0; i < 2; ++i) {
    g.dilation[i] = dice.OneOf({1, 1, 1, 2, 3});
    g.stride[i] = dice.OneOf({1, 1, 2, 3});
    g.kernel[i] = dice.OneOf({1, 2, 3, 3, 5});
    const std::int64_t extent = (g.kernel[i] - 1) * g.dilation[i] + 1;
    const std::int64_t most = small_pads ? extent - 1 : 7;
    for (const std::size_t side : {i, i + 2}) g.pads[side] = dice.Between(0, most);
    if (extents[i] + g.pads[i] + g.pads[i + 2] < extent) {
      g.kernel[i] = 1;
      if (small_pads) g.pads[i] = g.pads[i + 2] = 0;
    }
  }
  return g;
}

// In front of what is tested: its output lies channels last.
Convolution Mix(std::int64_t channels) { return NoiseConvolution(channels, channels, 1, {}, 77); }

TEST(Geometry, Convolutions) {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    Dice dice(seed);
    const Plane plane{dice.Between(1, 3), dice.OneOf({1, 2, 3, 6, 16, 32, 33}), dice.Between(1, 13),
                      dice.Between(1, 13)};
    Geometry g = AnyGeometry(dice, plane, false);
    const bool three = dice.Between(0, 3) == 0;  // what Winograd's can do
    if (three) g = {.kernel = {3, 3}, .pads = g.pads};
    for (std::size_t i = 0; three && i < 2; ++i) g.pads[i] = std::max<std::int64_t>(g.pads[i], 2);
    Ints groups;
    for (std::int64_t i = 1; i <= plane.channels; ++i) {
      if (plane.channels % i == 0) groups.push_back(i);
    }
    const std::int64_t group = three ? 1 : dice.OneOf(groups);
    const std::int64_t outputs =
        three ? dice.OneOf({16, 32, 48}) : group * dice.OneOf({1, 1, 2, 5});
    const Convolution convolution = NoiseConvolution(plane.channels, outputs, group, g, seed);
    const bool channels_last = dice.Between(0, 1) == 1;
    const bool relu = dice.Between(0, 1) == 1;

    OnnxBuilder net({plane.channels, plane.height, plane.width});
    const FeatureMap input = NoiseMap(plane, seed + 1);
    FeatureMap map = input;
    if (channels_last) {
      AddConvolution(net, Mix(plane.channels), "x", "mix");
      map = Convolve(map, Mix(plane.channels));
    }
    AddConvolution(net, convolution, channels_last ? "mix" : "x", relu ? "conv" : "y");
    map = Convolve(map, convolution);
    if (relu) {
      net.Node("Relu", {"conv"});
      map = Map(map, [](float x) { return std::max(x, 0.0F); });
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + std::to_string(outputs) + " in " +
                 std::to_string(group) + " groups of " + Describe(plane, g));
    ExpectOutput(net, input.data, {outputs, map.plane.height, map.plane.width}, map.data, 3e-5F);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Geometry, Pools) {
  for (std::uint64_t seed = 1; seed <= 250; ++seed) {
    Dice dice(seed);
    const Plane plane{dice.Between(1, 3), dice.OneOf({1, 2, 3, 5, 16, 33}), dice.Between(1, 13),
                      dice.Between(1, 13)};
    Geometry g = AnyGeometry(dice, plane, true);
    g.ceil_mode = dice.Between(0, 1) == 1;
    const bool mean = dice.Between(0, 1) == 1;
    const bool count_padding = dice.Between(0, 1) == 1;
    if (mean) {
      g.dilation = {1, 1};
      for (std::size_t i = 0; i < 4; ++i) g.pads[i] = std::min(g.pads[i], g.kernel[i % 2] - 1);
    }

    OnnxBuilder net({plane.channels, plane.height, plane.width});
    AddConvolution(net, Mix(plane.channels), "x", "mix");
    NodeBuilder node = net.Node(mean ? "AveragePool" : "MaxPool", {"mix"});
    node.IntList("kernel_shape", {g.kernel[0], g.kernel[1]})
        .IntList("strides", {g.stride[0], g.stride[1]})
        .IntList("pads", {g.pads[0], g.pads[1], g.pads[2], g.pads[3]})
        .Int("ceil_mode", g.ceil_mode ? 1 : 0);
    if (mean) node.Int("count_include_pad", count_padding ? 1 : 0);
    if (!mean) node.IntList("dilations", {g.dilation[0], g.dilation[1]});

    const FeatureMap input = NoiseMap(plane, seed + 1);
    const FeatureMap mixed = Convolve(input, Mix(plane.channels));
    bool sees_nothing = false;
    const Floats expected =
        NaivePool(mixed.data, plane, g, [&](const std::vector<double>& seen, std::int64_t all) {
          if (seen.empty()) {
            sees_nothing = true;
            return 0.0;
          }
          if (!mean) return *std::ranges::max_element(seen);
          const double sum = std::accumulate(seen.begin(), seen.end(), 0.0);
          return sum /
                 static_cast<double>(count_padding ? all : static_cast<std::int64_t>(seen.size()));
        });
    if (sees_nothing) continue;  // a dilated kernel can step over a small plane
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + (mean ? "mean" : "max") + " of " +
                 Describe(plane, g));
    ExpectOutput(net, input.data,
                 {plane.channels, g.Output(0, plane.height), g.Output(1, plane.width)}, expected);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace biglittle::nn::testing
