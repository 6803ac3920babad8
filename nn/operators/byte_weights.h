// The weights of a product of bytes: integers less their zero points, each within [-255, 255].
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "nn/graph/graph.h"

namespace biglittle::nn {

// Computed one by one from a constant that may be shared by many nodes: nothing is copied before
// weights are packed.
class ByteWeights {
 public:
  ByteWeights() = default;
  // A constant of int8 or uint8, and the zero point of each output channel.
  static ByteWeights OfIntegers(ConstantPtr integers, std::vector<float> points) {
    return {std::move(integers), std::move(points)};
  }
  // Floats that came from such (WeightScales), and the scale of each output channel.
  static ByteWeights OfFloats(ConstantPtr floats, std::vector<float> scales) {
    return {std::move(floats), std::move(scales)};
  }

  // The i-th of the constant, which belongs to this output channel.
  std::int32_t At(std::int64_t i, std::int64_t channel) const {
    const auto at = static_cast<std::size_t>(i);
    const float of_channel = of_channels_[static_cast<std::size_t>(channel)];
    if (constant_->ints.empty()) {
      return static_cast<std::int32_t>(std::nearbyint(constant_->floats[at] / of_channel));
    }
    return static_cast<std::int32_t>(constant_->ints[at] - static_cast<std::int64_t>(of_channel));
  }
  // All floats are near such integers; `channel_of(i)` says whose the i-th is.
  template <typename ChannelOf>
  bool AreIntegers(ChannelOf channel_of) const {
    for (std::size_t i = 0; i < constant_->floats.size(); ++i) {
      const auto channel = static_cast<std::size_t>(channel_of(static_cast<std::int64_t>(i)));
      const float integer = constant_->floats[i] / of_channels_[channel];
      if (!(std::fabs(integer) < 255.5F)) return false;
    }
    return true;
  }

 private:
  ByteWeights(ConstantPtr constant, std::vector<float> of_channels)
      : constant_(std::move(constant)), of_channels_(std::move(of_channels)) {}

  ConstantPtr constant_;
  std::vector<float> of_channels_;
};

}  // namespace biglittle::nn
