#include "nn/simd/depthwise.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/depthwise.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The same code for vectors of several sizes: full ones first, then narrower ones for the channels
// that are left.
template <class D>
struct Convolution {
  using Vector = hn::Vec<D>;

  template <int kPixels>
  static HWY_INLINE void Run(const D d, const WindowRow& row, const DepthwiseWeights& weights,
                             const float* residual, std::int64_t p, std::int64_t c) {
    Vector sums[kPixels];
    const Vector bias = hn::LoadU(d, weights.bias + c);
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i) sums[i] = bias;
    const float* input = row.input + p * row.pixel_step + c;
    for (std::int64_t ky = 0; ky < row.tap_rows; ++ky) {
      const float* source = input + ky * row.row_step;
      const float* weight = weights.weights + ky * weights.row_step + c;
      for (std::int64_t kx = 0; kx < row.tap_columns; ++kx) {
        const Vector w = hn::LoadU(d, weight + kx * row.channels);
#pragma GCC unroll 8
        for (int i = 0; i < kPixels; ++i) {
          sums[i] = hn::MulAdd(hn::LoadU(d, source + i * row.pixel_step), w, sums[i]);
        }
        source += row.column_step;
      }
    }
    const Vector least = hn::Set(d, weights.least);
    const Vector greatest = hn::Set(d, weights.greatest);
#pragma GCC unroll 8
    for (int i = 0; i < kPixels; ++i) {
      const std::int64_t at = (p + i) * row.channels + c;
      if (residual != nullptr) sums[i] = hn::Add(sums[i], hn::LoadU(d, residual + at));
      hn::StoreU(hn::Min(hn::Max(sums[i], least), greatest), d, row.output + at);
    }
  }
};

// Calls body(d, c) for channels c, c + lanes, ... as far as whole vectors reach; returns the rest.
template <class D, class Body>
HWY_INLINE std::int64_t WholeVectors(const D d, std::int64_t c, std::int64_t channels, Body body) {
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (; c + lanes <= channels; c += lanes) body(d, c);
  return c;
}

template <class Body>
HWY_INLINE void ForChannels(std::int64_t channels, Body body) {
  std::int64_t c = WholeVectors(hn::ScalableTag<float>(), 0, channels, body);
  c = WholeVectors(hn::CappedTag<float, 4>(), c, channels, body);
  WholeVectors(hn::CappedTag<float, 1>(), c, channels, body);
}

void Depthwise(const WindowRow& row, const DepthwiseWeights& weights, const float* residual) {
  std::int64_t p = 0;
  for (; p + 4 <= row.pixels; p += 4) {
    ForChannels(row.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      Convolution<decltype(d)>::template Run<4>(d, row, weights, residual, p, c);
    });
  }
  for (; p < row.pixels; ++p) {
    ForChannels(row.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      Convolution<decltype(d)>::template Run<1>(d, row, weights, residual, p, c);
    });
  }
}

// Taps of a row that are joined by themselves: a sum of very many small numbers in one float, as of
// a global pooling, would lose digits.
constexpr std::int64_t kPieceTaps = 128;

// Joins what each pixel sees, tap by tap.
template <class Join, class Finish>
HWY_INLINE void Pool(const WindowRow& row, float start, Join join, Finish finish) {
  for (std::int64_t p = 0; p < row.pixels; ++p) {
    ForChannels(row.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const float* input = row.input + p * row.pixel_step + c;
      const auto nothing = hn::Set(d, start);
      auto joined = nothing;
      for (std::int64_t ky = 0; ky < row.tap_rows; ++ky) {
        const float* source = input + ky * row.row_step;
        for (std::int64_t kx = 0; kx < row.tap_columns; kx += kPieceTaps) {
          const std::int64_t count = std::min(kPieceTaps, row.tap_columns - kx);
          auto piece = nothing;
          for (std::int64_t i = 0; i < count; ++i, source += row.column_step) {
            piece = join(piece, hn::LoadU(d, source));
          }
          joined = join(joined, piece);
        }
      }
      hn::StoreU(finish(d, joined), d, row.output + p * row.channels + c);
    });
  }
}

void Max(const WindowRow& row) {
  Pool(
      row, -std::numeric_limits<float>::infinity(),
      [](auto a, auto b) HWY_ATTR { return hn::Max(a, b); },
      [](auto, auto joined) HWY_ATTR { return joined; });
}

void Sum(const WindowRow& row, float scale) {
  Pool(
      row, 0.0F, [](auto a, auto b) HWY_ATTR { return hn::Add(a, b); },
      [scale](auto d, auto joined) HWY_ATTR { return hn::Mul(joined, hn::Set(d, scale)); });
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(Depthwise);
HWY_EXPORT(Max);
HWY_EXPORT(Sum);

void DepthwiseConvolve(const WindowRow& row, const DepthwiseWeights& weights,
                       const float* residual) {
  HWY_DYNAMIC_DISPATCH(Depthwise)(row, weights, residual);
}
void MaxPool(const WindowRow& row) { HWY_DYNAMIC_DISPATCH(Max)(row); }
void SumPool(const WindowRow& row, float scale) { HWY_DYNAMIC_DISPATCH(Sum)(row, scale); }

}  // namespace biglittle::nn::simd
#endif
