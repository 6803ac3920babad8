// Sums over the taps of a window for each channel by itself, channels last: depthwise convolution
// and pooling. Thread-safe.
#pragma once

#include <cstdint>
#include <limits>

namespace biglittle::nn::simd {

// Some neighbouring pixels of one output row, whose windows see equally many taps.
struct WindowRow {
  const float* input = nullptr;  // channel 0 of the first tap that the first pixel sees
  std::int64_t tap_rows = 0;
  std::int64_t tap_columns = 0;
  std::int64_t row_step = 0;     // floats from a row of taps to the next
  std::int64_t column_step = 0;  // floats from a tap to the next of its row
  std::int64_t pixel_step = 0;   // floats from the window of a pixel to the next one's
  std::int64_t pixels = 0;
  std::int64_t channels = 0;
  float* output = nullptr;  // [pixels, channels]
};

// output[p][c] = clamp(bias[c] + sum over taps of input * weights + residual[p][c]).
struct DepthwiseWeights {
  const float* weights = nullptr;  // of the first tap that is seen: [channels]
  std::int64_t row_step = 0;  // floats from a row of taps to the next; [channels] from tap to tap
  const float* bias = nullptr;
  float least = -std::numeric_limits<float>::infinity();
  float greatest = std::numeric_limits<float>::infinity();
};
void DepthwiseConvolve(const WindowRow& row, const DepthwiseWeights& weights,
                       const float* residual);

// output[p][c] = the greatest over the taps; there must be one.
void MaxPool(const WindowRow& row);
// output[p][c] = the sum over the taps, times scale.
void SumPool(const WindowRow& row, float scale);

}  // namespace biglittle::nn::simd
