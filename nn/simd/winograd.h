// The transforms of the Winograd convolution F(4x4, 3x3), channels last. Thread-safe.
//
// Source: A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2016, with the
// interpolation points 0, 1, -1, 2, -2.
//
// Its rounding is not that of a sum of products: an output may be off by 2^-18 times the sum, over
// the input channels, of the tile's greatest |pixel| times the kernel's |weights|. Noise comes to
// 2^-20.3 of that, feature maps after a relu to 2^-21, smooth images to 2^-23 (winograd_test.cc).
// So a large pixel blurs its small neighbours in the tile, which a direct convolution does not do.
#pragma once

#include <array>
#include <cstdint>
#include <limits>

namespace biglittle::nn::simd {

inline constexpr std::int64_t kWinogradOutput = 4;      // pixels, either way
inline constexpr std::int64_t kWinogradInput = 6;       // pixels, either way
inline constexpr std::int64_t kWinogradPoints = 6 * 6;  // products instead of 4 * 4 * 9
inline constexpr std::int64_t kWinogradChannels = 16;   // the channels' divisor

// One tile in: what its 6 x 6 pixels hold, transformed.
struct WinogradInput {
  std::array<const float*, kWinogradPoints> pixels;  // channel 0 of each
  std::int64_t channels = 0;                         // a multiple of kWinogradChannels
  float* output = nullptr;                           // point 0; `stride` floats from point to point
  std::int64_t stride = 0;
};
void TransformInput(const WinogradInput& tile);

// One tile out: 4 x 4 pixels, of which those with an address are written.
struct WinogradOutput {
  const float* input = nullptr;  // point 0; `stride` floats from point to point
  std::int64_t stride = 0;
  std::int64_t channels = 0;  // a multiple of kWinogradChannels
  const float* bias = nullptr;
  float least = -std::numeric_limits<float>::infinity();
  float greatest = std::numeric_limits<float>::infinity();
  std::array<float*, kWinogradOutput * kWinogradOutput> pixels;           // nullptr: outside
  std::array<const float*, kWinogradOutput * kWinogradOutput> residuals;  // nullptr: none
};
void TransformOutput(const WinogradOutput& tile);

// The 6 x 6 points of a 3 x 3 kernel, both row-major.
std::array<float, kWinogradPoints> TransformWeights(const std::array<float, 9>& kernel);

}  // namespace biglittle::nn::simd
