#include "nn/simd/bytes.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/bytes.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "nn/simd/bytes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE void StoreBytes(hn::Vec<hn::Rebind<std::uint8_t, D>> x, const D /*d*/,
                           std::uint8_t* to) {
  const hn::Rebind<std::uint8_t, D> d8;
  hn::StoreU(x, d8, to);
}

// x * y where both fit into 16 bits, x not below 0: several times as fast as 32 bits by 32.
template <class D>
HWY_INLINE hn::Vec<D> MultiplySmall([[maybe_unused]] const D d, hn::Vec<D> x, hn::Vec<D> y) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
  // The upper half of each lane of x is 0.
  const hn::Repartition<std::int16_t, D> d16;
  auto unused = hn::Zero(d);
  return hn::ReorderWidenMulAccumulate(d, hn::BitCast(d16, x), hn::BitCast(d16, y), hn::Zero(d),
                                       unused);
#else
  return hn::Mul(x, y);
#endif
}

// Calls body(d, i) for i in steps of a vector as far as whole ones reach, then of 4, then of 1.
template <class Body>
HWY_INLINE void ForInts(std::int64_t count, Body body) {
  std::int64_t i = 0;
  const hn::ScalableTag<std::int32_t> full;
  for (const auto n = static_cast<std::int64_t>(hn::Lanes(full)); i + n <= count; i += n) {
    body(full, i);
  }
  const hn::CappedTag<std::int32_t, 4> four;
  for (const auto n = static_cast<std::int64_t>(hn::Lanes(four)); i + n <= count; i += n) {
    body(four, i);
  }
  const hn::CappedTag<std::int32_t, 1> one;
  for (; i < count; ++i) body(one, i);
}

void Quantize(const float* in, std::int64_t count, float scale, std::int32_t zero_point,
              std::uint8_t* out) {
  const auto point = static_cast<float>(zero_point);
  ForInts(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> df;
    auto x = hn::Div(hn::LoadU(df, in + i), hn::Set(df, scale));
    const auto least = hn::Set(df, 0.0F - point);
    x = hn::IfThenElse(hn::Gt(x, least), x, least);  // no number: least
    StoreBytes(RoundToBytes(d, x, 0.0F - point, 255.0F - point, zero_point), d, out + i);
  });
}

FloatRange Range(const float* in, std::int64_t count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  auto least = hn::Zero(d), greatest = hn::Zero(d);
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto x = hn::LoadU(d, in + i);
    least = hn::IfThenElse(hn::Lt(x, least), x, least);
    greatest = hn::IfThenElse(hn::Gt(x, greatest), x, greatest);
  }
  FloatRange range{hn::GetLane(hn::MinOfLanes(d, least)), hn::GetLane(hn::MaxOfLanes(d, greatest))};
  for (; i < count; ++i) {
    range.least = std::min(range.least, in[i]);
    range.greatest = std::max(range.greatest, in[i]);
  }
  return range;
}

void Dequantize(const std::uint8_t* in, std::int64_t count, float scale, std::int32_t zero_point,
                float* out) {
  ForInts(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> df;
    const auto x = hn::ConvertTo(df, hn::Sub(LoadInts(d, in + i), hn::Set(d, zero_point)));
    hn::StoreU(hn::Mul(x, hn::Set(df, scale)), df, out + i);
  });
}

void Scale(const ByteScaling& scaling, const std::uint8_t* in, std::int64_t count,
           std::uint8_t* out) {
  const ByteScaling s = scaling;  // a copy, which no byte that is stored can be a part of
  ForInts(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> df;
    const auto x = hn::Sub(hn::ConvertTo(df, LoadInts(d, in + i)), hn::Set(df, s.point));
    StoreBytes(RoundToBytes(d, hn::Mul(x, hn::Set(df, s.scale)), s.least, s.greatest, s.zero_point),
               d, out + i);
  });
}

void InterleavePlanes(const std::array<const std::uint8_t*, 3>& planes, std::int64_t count,
                      std::uint8_t* out) {
  const hn::CappedTag<std::uint8_t, 16> d;
  std::int64_t i = 0;
  for (const auto n = static_cast<std::int64_t>(hn::Lanes(d)); i + n <= count; i += n) {
    hn::StoreInterleaved3(hn::LoadU(d, planes[0] + i), hn::LoadU(d, planes[1] + i),
                          hn::LoadU(d, planes[2] + i), d, out + 3 * i);
  }
  for (; i < count; ++i) {
    for (std::int64_t k = 0; k < 3; ++k) out[3 * i + k] = planes[static_cast<std::size_t>(k)][i];
  }
}

void Widen(const std::uint8_t* in, std::int64_t count, std::int16_t* out) {
  const hn::ScalableTag<std::int16_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> d8;
  std::int64_t i = 0;
  for (const auto n = static_cast<std::int64_t>(hn::Lanes(d)); i + n <= count; i += n) {
    hn::StoreU(hn::PromoteTo(d, hn::LoadU(d8, in + i)), d, out + i);
  }
  for (; i < count; ++i) out[i] = in[i];
}

void Add(const ByteSum& given, const std::uint8_t* a, const std::uint8_t* b, std::int64_t count,
         std::uint8_t* out) {
  const ByteSum sum = given;  // a copy, which no byte that is stored can be a part of
  ForInts(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> df;
    const auto scaled = [&](const std::uint8_t* from, std::size_t which) HWY_ATTR {
      const auto x = hn::ConvertTo(df, LoadInts(d, from + i));
      return hn::Mul(hn::Sub(x, hn::Set(df, sum.points[which])), hn::Set(df, sum.scales[which]));
    };
    const auto x = hn::Add(scaled(a, 0), scaled(b, 1));
    StoreBytes(RoundToBytes(d, x, sum.least, sum.greatest, sum.zero_point), d, out + i);
  });
}

void Product(const ByteMultiplication& given, const std::uint8_t* a, const std::uint8_t* b,
             std::int64_t count, std::uint8_t* out) {
  const ByteMultiplication how = given;  // a copy, which no byte that is stored can be a part of
  ForInts(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const hn::Rebind<float, decltype(d)> df;
    const auto x = hn::Sub(hn::ConvertTo(df, LoadInts(d, a + i)), hn::Set(df, how.a_point));
    const auto y = hn::Sub(hn::ConvertTo(df, LoadInts(d, b + i)), hn::Set(df, how.b_point));
    const auto scaled = hn::Mul(hn::Mul(x, y), hn::Set(df, how.scale));
    StoreBytes(RoundToBytes(d, scaled, how.least, how.greatest, how.zero_point), d, out + i);
  });
}

template <class D>
HWY_INLINE void StoreRounded(const D d, hn::Vec<D> sum, const hn::Vec<hn::Rebind<float, D>> scale,
                             const ByteRounding& rounding, const ByteRow& row, std::int64_t at) {
  const hn::Rebind<float, D> df;
  const auto x = hn::Mul(hn::ConvertTo(df, sum), scale);
  if (rounding.to_floats) {
    const auto clamped = hn::Max(x, hn::Set(df, rounding.least));
    hn::StoreU(hn::Min(clamped, hn::Set(df, rounding.greatest)), df, row.floats + at);
  } else {
    StoreBytes(RoundToBytes(d, x, rounding.least, rounding.greatest, rounding.zero_point), d,
               row.output + at);
  }
}

// kPixels neighbours, one vector of channels: each weight is loaded once for all.
template <int kPixels, class D>
HWY_INLINE void ConvolveDepthwise(const D d, const ByteRow& row, const ByteDepthwise& weights,
                                  std::int64_t p, std::int64_t c) {
  using Vector = hn::Vec<D>;
  const hn::Rebind<float, D> df;
  Vector sums[kPixels];
  const Vector bias = hn::LoadU(d, weights.bias + c);
#pragma GCC unroll 8
  for (int i = 0; i < kPixels; ++i) sums[i] = bias;
  Vector seen = hn::Zero(d);  // the sum of the weights
  const std::uint8_t* const input = row.input + p * row.pixel_step + c;
  for (std::int64_t ky = 0; ky < row.tap_rows; ++ky) {
    const std::uint8_t* source = input + ky * row.row_step;
    const std::int32_t* weight = weights.weights + ky * weights.row_step + c;
    for (std::int64_t kx = 0; kx < row.tap_columns; ++kx) {
      const Vector w = hn::LoadU(d, weight);
      seen = hn::Add(seen, w);
#pragma GCC unroll 8
      for (int i = 0; i < kPixels; ++i) {
        sums[i] = hn::Add(sums[i], MultiplySmall(d, LoadInts(d, source + i * row.pixel_step), w));
      }
      source += row.column_step;
      weight += row.channels;
    }
  }
  // Wraps as the sum itself would.
  const Vector points = hn::Mul(seen, hn::Set(d, weights.input_point));
  const auto scale = hn::LoadU(df, weights.scales + c);
#pragma GCC unroll 8
  for (int i = 0; i < kPixels; ++i) {
    StoreRounded(d, hn::Sub(sums[i], points), scale, weights.rounding, row,
                 (p + i) * row.channels + c);
  }
}

void Depthwise(const ByteRow& row, const ByteDepthwise& weights) {
  std::int64_t p = 0;
  for (; p + 4 <= row.pixels; p += 4) {
    ForInts(row.channels,
            [&](auto d, std::int64_t c) HWY_ATTR { ConvolveDepthwise<4>(d, row, weights, p, c); });
  }
  for (; p < row.pixels; ++p) {
    ForInts(row.channels,
            [&](auto d, std::int64_t c) HWY_ATTR { ConvolveDepthwise<1>(d, row, weights, p, c); });
  }
}

template <class D>
HWY_INLINE void MaxOfPixel(const D d, const ByteRow& row, std::int64_t p, std::int64_t c) {
  const std::uint8_t* const input = row.input + p * row.pixel_step + c;
  auto greatest = hn::Zero(d);
  for (std::int64_t ky = 0; ky < row.tap_rows; ++ky) {
    for (std::int64_t kx = 0; kx < row.tap_columns; ++kx) {
      greatest = hn::Max(greatest, hn::LoadU(d, input + ky * row.row_step + kx * row.column_step));
    }
  }
  hn::StoreU(greatest, d, row.output + p * row.channels + c);
}

void MaxPool(const ByteRow& row) {
  const hn::ScalableTag<std::uint8_t> full;
  const hn::CappedTag<std::uint8_t, 16> sixteen;
  const hn::CappedTag<std::uint8_t, 1> one;
  for (std::int64_t p = 0; p < row.pixels; ++p) {
    std::int64_t c = 0;
    for (const auto n = static_cast<std::int64_t>(hn::Lanes(full)); c + n <= row.channels; c += n) {
      MaxOfPixel(full, row, p, c);
    }
    for (const auto n = static_cast<std::int64_t>(hn::Lanes(sixteen)); c + n <= row.channels;
         c += n) {
      MaxOfPixel(sixteen, row, p, c);
    }
    for (; c < row.channels; ++c) MaxOfPixel(one, row, p, c);
  }
}

void SumPool(const ByteRow& row, std::int32_t input_point, float scale,
             const ByteRounding& rounding) {
  const auto taps = static_cast<std::int32_t>(row.tap_rows * row.tap_columns);
  for (std::int64_t p = 0; p < row.pixels; ++p) {
    ForInts(row.channels, [&](auto d, std::int64_t c) HWY_ATTR {
      const hn::Rebind<float, decltype(d)> df;
      const std::uint8_t* const input = row.input + p * row.pixel_step + c;
      auto sum = hn::Set(d, -taps * input_point);
      for (std::int64_t ky = 0; ky < row.tap_rows; ++ky) {
        const std::uint8_t* source = input + ky * row.row_step;
        for (std::int64_t kx = 0; kx < row.tap_columns; ++kx, source += row.column_step) {
          sum = hn::Add(sum, LoadInts(d, source));
        }
      }
      StoreRounded(d, sum, hn::Set(df, scale), rounding, row, p * row.channels + c);
    });
  }
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(Quantize);
HWY_EXPORT(Dequantize);
HWY_EXPORT(Range);
HWY_EXPORT(Scale);
HWY_EXPORT(InterleavePlanes);
HWY_EXPORT(Widen);
HWY_EXPORT(Add);
HWY_EXPORT(Product);
HWY_EXPORT(Depthwise);
HWY_EXPORT(MaxPool);
HWY_EXPORT(SumPool);

void QuantizeBytes(const float* in, std::int64_t count, float scale, std::int32_t zero_point,
                   std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(Quantize)(in, count, scale, zero_point, out);
}
FloatRange LeastAndGreatest(const float* in, std::int64_t count) {
  return HWY_DYNAMIC_DISPATCH(Range)(in, count);
}
void DequantizeBytes(const std::uint8_t* in, std::int64_t count, float scale,
                     std::int32_t zero_point, float* out) {
  HWY_DYNAMIC_DISPATCH(Dequantize)(in, count, scale, zero_point, out);
}
void ScaleBytes(const ByteScaling& scaling, const std::uint8_t* in, std::int64_t count,
                std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(Scale)(scaling, in, count, out);
}
void InterleaveThree(const std::array<const std::uint8_t*, 3>& planes, std::int64_t count,
                     std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(InterleavePlanes)(planes, count, out);
}
void WidenBytes(const std::uint8_t* in, std::int64_t count, std::int16_t* out) {
  HWY_DYNAMIC_DISPATCH(Widen)(in, count, out);
}
void AddBytes(const ByteSum& sum, const std::uint8_t* a, const std::uint8_t* b, std::int64_t count,
              std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(Add)(sum, a, b, count, out);
}
void MultiplyBytes(const ByteMultiplication& how, const std::uint8_t* a, const std::uint8_t* b,
                   std::int64_t count, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(Product)(how, a, b, count, out);
}
void LookUpBytes(const ByteTable& table, const std::uint8_t* in, std::int64_t count,
                 std::uint8_t* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = table[in[i]];
}
void DepthwiseBytes(const ByteRow& row, const ByteDepthwise& weights) {
  HWY_DYNAMIC_DISPATCH(Depthwise)(row, weights);
}
void MaxOfBytes(const ByteRow& row) { HWY_DYNAMIC_DISPATCH(MaxPool)(row); }
void SumOfBytes(const ByteRow& row, std::int32_t input_point, float scale,
                const ByteRounding& rounding) {
  HWY_DYNAMIC_DISPATCH(SumPool)(row, input_point, scale, rounding);
}

}  // namespace biglittle::nn::simd
#endif
