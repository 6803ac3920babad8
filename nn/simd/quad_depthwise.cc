#include "nn/simd/quad_depthwise.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/quad_depthwise.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "nn/simd/bytes-inl.h"
#include "nn/simd/dot-inl.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if BIGLITTLE_QUADS

// Four vectors of integers within [0, 255] as one of bytes, in the order in which Unpack has made
// them of one: both work within 128 bits.
#if HWY_TARGET <= HWY_AVX3
HWY_INLINE hwy::HWY_NAMESPACE::Vec512<std::uint8_t> Pack(const hn::Vec512<std::int32_t> (&x)[4]) {
  return hn::Vec512<std::uint8_t>{_mm512_packus_epi16(_mm512_packs_epi32(x[0].raw, x[1].raw),
                                                      _mm512_packs_epi32(x[2].raw, x[3].raw))};
}
#endif
HWY_INLINE hn::Vec256<std::uint8_t> Pack(const hn::Vec256<std::int32_t> (&x)[4]) {
  return hn::Vec256<std::uint8_t>{_mm256_packus_epi16(_mm256_packs_epi32(x[0].raw, x[1].raw),
                                                      _mm256_packs_epi32(x[2].raw, x[3].raw))};
}
HWY_INLINE hn::Vec128<std::uint8_t> Pack(const hn::Vec128<std::int32_t> (&x)[4]) {
  return hn::Vec128<std::uint8_t>{
      _mm_packus_epi16(_mm_packs_epi32(x[0].raw, x[1].raw), _mm_packs_epi32(x[2].raw, x[3].raw))};
}

template <class D8>
void RunBlock(const D8 d8, const QuadRow& row, const QuadDepthwise& weights,
              const QuadDepthwise::Block& block, const ByteRounding& rounding) {
  const hn::Repartition<std::uint16_t, D8> d16;
  const hn::Repartition<std::int32_t, D8> d;
  const hn::Repartition<float, D8> df;
  using Ints = hn::Vec<decltype(d)>;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const std::int32_t* const first = weights.WeightsOf(block);
  const std::int32_t* const start = weights.StartOf(block);
  const float* const scales = weights.ScalesOf(block);
  const std::int64_t quads = weights.quads();
  std::uint8_t* output = row.output + block.first;
  std::int64_t from = block.first;
  for (std::int64_t p = 0; p < row.pixels; ++p, output += row.channels, from += row.step) {
    Ints sums[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) sums[v] = hn::LoadU(d, start + v * lanes);
    const std::int32_t* weight = first;
    for (std::int64_t q = 0; q < quads; ++q, weight += 4 * lanes) {
      const auto tap = [&](std::int64_t i)
                           HWY_ATTR { return hn::LoadU(d8, row.taps[4 * q + i] + from); };
      const auto a = tap(0), b = tap(1), c = tap(2), e = tap(3);
      const auto ab0 = hn::BitCast(d16, hn::InterleaveLower(d8, a, b));
      const auto ab1 = hn::BitCast(d16, hn::InterleaveUpper(d8, a, b));
      const auto ce0 = hn::BitCast(d16, hn::InterleaveLower(d8, c, e));
      const auto ce1 = hn::BitCast(d16, hn::InterleaveUpper(d8, c, e));
      const Ints taps[4] = {hn::BitCast(d, hn::InterleaveLower(d16, ab0, ce0)),
                            hn::BitCast(d, hn::InterleaveUpper(d16, ab0, ce0)),
                            hn::BitCast(d, hn::InterleaveLower(d16, ab1, ce1)),
                            hn::BitCast(d, hn::InterleaveUpper(d16, ab1, ce1))};
#pragma GCC unroll 4
      for (int v = 0; v < 4; ++v) {
        sums[v] = AddQuads(sums[v], taps[v], hn::LoadU(d, weight + v * lanes));
      }
    }
    Ints bytes[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      const auto x = hn::Mul(hn::ConvertTo(df, sums[v]), hn::LoadU(df, scales + v * lanes));
      bytes[v] = RoundToInts(d, x, rounding.least, rounding.greatest, rounding.zero_point);
    }
    hn::StoreU(Pack(bytes), d8, output);
  }
}

constexpr std::int64_t kMostChannels = HWY_TARGET <= HWY_AVX3 ? 64 : 32;

void Run(const QuadRow& row, const QuadDepthwise& weights, const ByteRounding& rounding) {
  for (const QuadDepthwise::Block& block : weights.blocks()) {
#if HWY_TARGET <= HWY_AVX3
    if (block.channels == 64) {
      RunBlock(hn::CappedTag<std::uint8_t, 64>(), row, weights, block, rounding);
      continue;
    }
#endif
    if (block.channels == 32) {
      RunBlock(hn::CappedTag<std::uint8_t, 32>(), row, weights, block, rounding);
    } else {
      RunBlock(hn::CappedTag<std::uint8_t, 16>(), row, weights, block, rounding);
    }
  }
}

#else

// MultipliesQuads() never holds here.
constexpr std::int64_t kMostChannels = 16;
void Run(const QuadRow& /*row*/, const QuadDepthwise& /*weights*/,
         const ByteRounding& /*rounding*/) {}

#endif

std::int64_t MostChannels() { return kMostChannels; }

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(Run);
HWY_EXPORT(MostChannels);

namespace {

// As few blocks as there can be; what is left below the least one is computed twice.
std::vector<QuadDepthwise::Block> Cut(std::int64_t channels, std::int64_t most) {
  std::vector<QuadDepthwise::Block> blocks;
  for (std::int64_t c = 0; c < channels;) {
    std::int64_t width = most;
    while (width > kQuadChannels && width > channels - c) width /= 2;
    const std::int64_t first = std::min(c, channels - width);
    blocks.push_back({first, width});
    c = first + width;
  }
  return blocks;
}

// The place of a block's channel among its sums: unpacking puts those of each 16 into the four
// vectors by turns, four at a time.
std::int64_t PlaceOf(std::int64_t channel, std::int64_t width) {
  const std::int64_t in_16 = channel % kQuadChannels;
  return in_16 / 4 * (width / 4) + channel / kQuadChannels * 4 + in_16 % 4;
}

}  // namespace

QuadDepthwise::QuadDepthwise(std::int64_t taps, std::int64_t channels,
                             std::span<const std::int32_t> weights,
                             std::span<const std::int32_t> start, std::span<const float> scales)
    : quads_((taps + 3) / 4), blocks_(Cut(channels, HWY_DYNAMIC_DISPATCH(MostChannels)())) {
  std::int64_t sums = 0;
  for (Block& block : blocks_) {
    block.sums = sums;
    block.weights = sums * quads_;
    sums += block.channels;
  }
  weights_ = AlignedFloats(sums * quads_);
  start_.resize(static_cast<std::size_t>(sums));
  scales_.resize(static_cast<std::size_t>(sums));
  auto* const bytes = reinterpret_cast<std::uint8_t*>(weights_.data());
  for (const Block& block : blocks_) {
    for (std::int64_t i = 0; i < block.channels; ++i) {
      const std::int64_t place = PlaceOf(i, block.channels);
      const auto channel = static_cast<std::size_t>(block.first + i);
      start_[static_cast<std::size_t>(block.sums + place)] = start[channel];
      scales_[static_cast<std::size_t>(block.sums + place)] = scales[channel];
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        const std::int64_t unit = block.weights + tap / 4 * block.channels + place;
        const std::int32_t weight = weights[static_cast<std::size_t>(tap * channels) + channel];
        bytes[4 * unit + tap % 4] = static_cast<std::uint8_t>(weight);
      }
    }
  }
}

void DepthwiseQuads(const QuadRow& row, const QuadDepthwise& weights,
                    const ByteRounding& rounding) {
  HWY_DYNAMIC_DISPATCH(Run)(row, weights, rounding);
}

}  // namespace biglittle::nn::simd
#endif
