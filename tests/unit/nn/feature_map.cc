#include "tests/unit/nn/feature_map.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/nn/net_check.h"

namespace biglittle::nn::testing {
namespace {

std::size_t Index(const Plane& p, std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) {
  return static_cast<std::size_t>(((n * p.channels + c) * p.height + y) * p.width + x);
}

FeatureMap Zeros(const Plane& plane) {
  return {plane, Floats(static_cast<std::size_t>(plane.size()))};
}

// Calls visit(n, c, y, x) for every element.
template <typename Visit>
void ForEach(const Plane& plane, Visit visit) {
  for (std::int64_t n = 0; n < plane.samples; ++n) {
    for (std::int64_t c = 0; c < plane.channels; ++c) {
      for (std::int64_t y = 0; y < plane.height; ++y) {
        for (std::int64_t x = 0; x < plane.width; ++x) visit(n, c, y, x);
      }
    }
  }
}

}  // namespace

float& FeatureMap::At(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) {
  return data[Index(plane, n, c, y, x)];
}
float FeatureMap::At(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const {
  return data[Index(plane, n, c, y, x)];
}

void PrintTo(const Convolution& c, std::ostream* out) {
  *out << "kernel_" << c.geometry.kernel[0] << "_groups_" << c.groups;
}

FeatureMap NoiseMap(const Plane& plane, std::uint64_t seed) {
  return {plane, Noise(plane.size(), seed)};
}

Convolution NoiseConvolution(std::int64_t inputs, std::int64_t outputs, std::int64_t groups,
                             const Geometry& geometry, std::uint64_t seed) {
  const std::int64_t depth = inputs / groups * geometry.kernel[0] * geometry.kernel[1];
  Convolution convolution{Noise(outputs * depth, seed), Noise(outputs, seed + 1000), outputs,
                          groups, geometry};
  for (float& weight : convolution.weights) weight *= 1.7F / std::sqrt(static_cast<float>(depth));
  return convolution;
}

FeatureMap Convolve(const FeatureMap& map, const Convolution& c) {
  const Plane plane{map.plane.samples, c.outputs, c.geometry.Output(0, map.plane.height),
                    c.geometry.Output(1, map.plane.width)};
  return {plane,
          NaiveConv(map.data, map.plane, c.weights, c.bias, c.outputs, c.groups, c.geometry)};
}

NodeBuilder AddConvolution(OnnxBuilder& net, const Convolution& c, const std::string& input,
                           const std::string& output) {
  const Geometry& g = c.geometry;
  const std::int64_t taps = g.kernel[0] * g.kernel[1];
  const std::int64_t depth = static_cast<std::int64_t>(c.weights.size()) / c.outputs / taps;
  std::vector<std::string> inputs = {
      input,
      net.Weight(output + ".w", {c.outputs, depth, g.kernel[0], g.kernel[1]}, c.weights),
  };
  if (!c.bias.empty()) inputs.push_back(net.Weight(output + ".b", {c.outputs}, c.bias));
  return net.Node("Conv", inputs, output)
      .Int("group", c.groups)
      .IntList("strides", {g.stride[0], g.stride[1]})
      .IntList("dilations", {g.dilation[0], g.dilation[1]})
      .IntList("pads", {g.pads[0], g.pads[1], g.pads[2], g.pads[3]});
}

FeatureMap Map(FeatureMap map, const std::function<float(float)>& function) {
  for (float& x : map.data) x = function(x);
  return map;
}

FeatureMap Zip(const FeatureMap& a, const FeatureMap& b,
               const std::function<float(float, float)>& function) {
  FeatureMap result = a;
  ForEach(a.plane, [&](auto n, auto c, auto y, auto x) {
    const Plane& p = b.plane;
    const float other = b.At(p.samples == 1 ? 0 : n, p.channels == 1 ? 0 : c, p.height == 1 ? 0 : y,
                             p.width == 1 ? 0 : x);
    result.At(n, c, y, x) = function(a.At(n, c, y, x), other);
  });
  return result;
}

FeatureMap JoinChannels(const std::vector<FeatureMap>& maps) {
  Plane plane = maps[0].plane;
  plane.channels = 0;
  for (const FeatureMap& map : maps) plane.channels += map.plane.channels;
  FeatureMap joined = Zeros(plane);
  std::int64_t first = 0;
  for (const FeatureMap& map : maps) {
    ForEach(map.plane, [&](auto n, auto c, auto y, auto x) {
      joined.At(n, first + c, y, x) = map.At(n, c, y, x);
    });
    first += map.plane.channels;
  }
  return joined;
}

FeatureMap JoinWidths(const std::vector<FeatureMap>& maps) {
  Plane plane = maps[0].plane;
  plane.width = 0;
  for (const FeatureMap& map : maps) plane.width += map.plane.width;
  FeatureMap joined = Zeros(plane);
  std::int64_t first = 0;
  for (const FeatureMap& map : maps) {
    ForEach(map.plane, [&](auto n, auto c, auto y, auto x) {
      joined.At(n, c, y, first + x) = map.At(n, c, y, x);
    });
    first += map.plane.width;
  }
  return joined;
}

FeatureMap MeanOverPixels(const FeatureMap& map) {
  FeatureMap means = Zeros({map.plane.samples, map.plane.channels, 1, 1});
  const std::int64_t pixels = map.plane.height * map.plane.width;
  for (std::size_t i = 0; i < means.data.size(); ++i) {
    double sum = 0.0;
    for (std::int64_t p = 0; p < pixels; ++p) {
      sum += static_cast<double>(
          map.data[i * static_cast<std::size_t>(pixels) + static_cast<std::size_t>(p)]);
    }
    means.data[i] = static_cast<float>(sum / static_cast<double>(pixels));
  }
  return means;
}

FeatureMap SoftmaxOverChannels(FeatureMap map) {
  const Plane one_channel{map.plane.samples, 1, map.plane.height, map.plane.width};
  ForEach(one_channel, [&](auto n, auto, auto y, auto x) {
    double sum = 0.0;
    for (std::int64_t c = 0; c < map.plane.channels; ++c) {
      sum += std::exp(static_cast<double>(map.At(n, c, y, x)));
    }
    for (std::int64_t c = 0; c < map.plane.channels; ++c) {
      float& value = map.At(n, c, y, x);
      value = static_cast<float>(std::exp(static_cast<double>(value)) / sum);
    }
  });
  return map;
}

FeatureMap Dense(const FeatureMap& map, const Floats& weights, std::int64_t outputs) {
  FeatureMap result = Zeros({map.plane.samples, outputs, 1, 1});
  const auto row = static_cast<std::size_t>(map.plane.size() / map.plane.samples);
  const auto width = static_cast<std::size_t>(outputs);
  for (std::size_t i = 0; i < result.data.size(); ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < row; ++k) {
      sum += static_cast<double>(map.data[i / width * row + k]) *
             static_cast<double>(weights[k * width + i % width]);
    }
    result.data[i] = static_cast<float>(sum);
  }
  return result;
}

FeatureMap Channels(const Floats& values) {
  return {{1, static_cast<std::int64_t>(values.size()), 1, 1}, values};
}

}  // namespace biglittle::nn::testing
