// Feature maps in plain loops: what nets of convolutions compute, written as in a textbook.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/unit/nn/onnx_builder.h"
#include "tests/unit/nn/operators/naive.h"

namespace biglittle::nn::testing {

// [samples, channels, height, width], stored in that order.
struct FeatureMap {
  Plane plane;
  Floats data;

  float& At(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x);
  float At(std::int64_t n, std::int64_t c, std::int64_t y, std::int64_t x) const;
};

// Of the plane's size, filled with Noise(seed).
FeatureMap NoiseMap(const Plane& plane, std::uint64_t seed);

struct Convolution {
  Floats weights;
  Floats bias;  // one an output, or empty
  std::int64_t outputs = 1;
  std::int64_t groups = 1;
  Geometry geometry;
};
void PrintTo(const Convolution& convolution, std::ostream* out);
// Weights and bias of noise, scaled so that what comes out is about as large as what goes in.
Convolution NoiseConvolution(std::int64_t inputs, std::int64_t outputs, std::int64_t groups,
                             const Geometry& geometry, std::uint64_t seed);
FeatureMap Convolve(const FeatureMap& map, const Convolution& convolution);
// The same as a node with initializers named after the output.
NodeBuilder AddConvolution(OnnxBuilder& net, const Convolution& convolution,
                           const std::string& input, const std::string& output);

FeatureMap Map(FeatureMap map, const std::function<float(float)>& function);
// `b` may have extents of 1 where `a` has more.
FeatureMap Zip(const FeatureMap& a, const FeatureMap& b,
               const std::function<float(float, float)>& function);
FeatureMap JoinChannels(const std::vector<FeatureMap>& maps);
FeatureMap JoinWidths(const std::vector<FeatureMap>& maps);
FeatureMap MeanOverPixels(const FeatureMap& map);
FeatureMap SoftmaxOverChannels(FeatureMap map);
// [samples, outputs, 1, 1] = each sample as one row times weights [row, outputs].
FeatureMap Dense(const FeatureMap& map, const Floats& weights, std::int64_t outputs);
// One number for each channel: [1, channels, 1, 1].
FeatureMap Channels(const Floats& values);

}  // namespace biglittle::nn::testing
