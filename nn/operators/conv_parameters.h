// What every way to compute a convolution needs to know.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "nn/graph/graph.h"
#include "nn/operators/epilogue.h"
#include "nn/operators/window.h"

namespace biglittle::nn {

struct ConvParameters {
  Window window;
  std::int64_t input_channels = 0;
  std::int64_t output_channels = 0;
  std::int64_t groups = 1;   // divides both
  ConstantPtr weights;       // [output_channels, input_channels / groups, taps...]
  std::vector<float> scale;  // of each output channel's weights; empty: 1
  std::vector<float> bias;   // one for each output channel
  Epilogue epilogue;
  bool planar_input = false;

  std::int64_t group_inputs() const { return input_channels / groups; }
  std::int64_t group_outputs() const { return output_channels / groups; }
  // Weights of one output channel.
  std::int64_t depth() const { return group_inputs() * window.taps(); }
  std::int64_t input_floats() const { return input_channels * window.inputs(); }  // of a sample
  std::int64_t output_floats() const { return output_channels * window.outputs(); }
  bool IsDepthwise() const { return groups > 1 && group_inputs() == 1 && group_outputs() == 1; }
  float weight(std::int64_t output_channel, std::int64_t channel, std::int64_t tap) const {
    const std::int64_t row = output_channel * group_inputs() + channel;
    const float given = weights->floats[static_cast<std::size_t>(row * window.taps() + tap)];
    return scale.empty() ? given : given * scale[static_cast<std::size_t>(output_channel)];
  }
};

}  // namespace biglittle::nn
