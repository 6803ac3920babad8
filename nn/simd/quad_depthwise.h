// Depthwise convolution of bytes where the processor multiplies uint8 by int8 in fours (VNNI): four
// taps of a channel side by side, for as many channels as a vector has bytes. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nn/kernel/aligned_floats.h"
#include "nn/simd/bytes.h"

namespace biglittle::nn::simd {

// Channels of the least block.
inline constexpr std::int64_t kQuadChannels = 16;
// Taps at most.
inline constexpr std::int64_t kQuadTaps = 64;

// Weights, what sums start with, and scales of all channels, in blocks of channels. Made for the
// instruction set of this machine.
class QuadDepthwise {
 public:
  // weights[tap * channels + c] within [-128, 127]; MultipliesQuads() must hold, channels be
  // kQuadChannels or more, and taps kQuadTaps or fewer.
  QuadDepthwise(std::int64_t taps, std::int64_t channels, std::span<const std::int32_t> weights,
                std::span<const std::int32_t> start, std::span<const float> scales);

  struct Block {
    std::int64_t first = 0;     // channel; blocks may overlap
    std::int64_t channels = 0;  // 16, 32 or 64
    std::int64_t weights = 0;   // where they begin
    std::int64_t sums = 0;      // where start and scales begin
  };
  const std::vector<Block>& blocks() const { return blocks_; }
  // [quads, 4, channels / 4] units of 4 taps of a channel, in the order in which unpacking yields
  // the channels.
  const std::int32_t* WeightsOf(const Block& block) const {
    return reinterpret_cast<const std::int32_t*>(weights_.data()) + block.weights;
  }
  // [4, channels / 4], in the same order.
  const std::int32_t* StartOf(const Block& block) const { return start_.data() + block.sums; }
  const float* ScalesOf(const Block& block) const { return scales_.data() + block.sums; }
  std::int64_t quads() const { return quads_; }
  std::int64_t floats() const {
    return weights_.size() + static_cast<std::int64_t>(start_.size() + scales_.size());
  }

 private:
  std::int64_t quads_;
  std::vector<Block> blocks_;
  AlignedFloats weights_;
  std::vector<std::int32_t> start_;
  std::vector<float> scales_;
};

// Pixel p sees tap i at taps[i] + p * step: [channels] bytes. There are 4 * quads() taps; those
// beyond the weights' may point to any such bytes.
struct QuadRow {
  const std::uint8_t* const* taps = nullptr;
  std::int64_t step = 0;
  std::int64_t pixels = 0;
  std::int64_t channels = 0;
  std::uint8_t* output = nullptr;  // [pixels, channels]
};

// Bytes out: rounding.to_floats must not be set.
void DepthwiseQuads(const QuadRow& row, const QuadDepthwise& weights, const ByteRounding& rounding);

}  // namespace biglittle::nn::simd
