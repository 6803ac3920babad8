#include "nn/simd/winograd.h"

#include <array>
#include <cstddef>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/winograd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
// Sixteen lanes at most, so that a multiple of sixteen channels is whole vectors.
using Floats = hn::CappedTag<float, static_cast<std::size_t>(kWinogradChannels)>;
using Vector = hn::Vec<Floats>;

// One dimension of the input's transform: in[0], in[step], ... -> out[0..5].
HWY_INLINE void InputPoints(const Floats d, const Vector* in, int step, Vector* out) {
  const Vector two = hn::Set(d, 2.0F);
  const Vector four = hn::Set(d, 4.0F);
  const Vector five = hn::Set(d, 5.0F);
  const Vector x0 = in[0];
  const Vector x1 = in[step];
  const Vector x2 = in[2 * step];
  const Vector x3 = in[3 * step];
  const Vector x4 = in[4 * step];
  const Vector x5 = in[5 * step];
  const Vector even = hn::NegMulAdd(four, x2, x4);  // x4 - 4 x2
  const Vector odd = hn::NegMulAdd(four, x1, x3);   // x3 - 4 x1
  const Vector near = hn::Sub(x4, x2);
  const Vector far = hn::Mul(two, hn::Sub(x3, x1));
  out[0] = hn::Add(hn::NegMulAdd(five, x2, x4), hn::Mul(four, x0));
  out[1] = hn::Add(even, odd);
  out[2] = hn::Sub(even, odd);
  out[3] = hn::Add(near, far);
  out[4] = hn::Sub(near, far);
  out[5] = hn::Add(hn::NegMulAdd(five, x3, x5), hn::Mul(four, x1));
}

void Input(const WinogradInput& tile) {
  const Floats d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  for (std::int64_t c = 0; c < tile.channels; c += lanes) {
    Vector columns[6 * 6];  // transformed along y: [x][point]
#pragma GCC unroll 6
    for (int x = 0; x < 6; ++x) {
      Vector in[6];
#pragma GCC unroll 6
      for (int y = 0; y < 6; ++y) {
        in[y] = hn::LoadU(d, tile.pixels[static_cast<std::size_t>(y * 6 + x)] + c);
      }
      InputPoints(d, in, 1, columns + x * 6);
    }
    float* output = tile.output + c;
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) {
      Vector points[6];
      InputPoints(d, columns + y, 6, points);
#pragma GCC unroll 6
      for (int x = 0; x < 6; ++x) hn::StoreU(points[x], d, output + (y * 6 + x) * tile.stride);
    }
  }
}

// One dimension of the output's transform: in[0], in[step], ... -> out[0..3].
HWY_INLINE void OutputPoints(const Floats d, const Vector* in, int step, Vector* out) {
  const Vector plus_one = hn::Add(in[step], in[2 * step]);
  const Vector minus_one = hn::Sub(in[step], in[2 * step]);
  const Vector plus_two = hn::Add(in[3 * step], in[4 * step]);
  const Vector minus_two = hn::Sub(in[3 * step], in[4 * step]);
  out[0] = hn::Add(in[0], hn::Add(plus_one, plus_two));
  out[1] = hn::MulAdd(hn::Set(d, 2.0F), minus_two, minus_one);
  out[2] = hn::MulAdd(hn::Set(d, 4.0F), plus_two, plus_one);
  out[3] = hn::Add(hn::MulAdd(hn::Set(d, 8.0F), minus_two, minus_one), in[5 * step]);
}

void Output(const WinogradOutput& tile) {
  const Floats d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  const Vector least = hn::Set(d, tile.least);
  const Vector greatest = hn::Set(d, tile.greatest);
  for (std::int64_t c = 0; c < tile.channels; c += lanes) {
    const float* input = tile.input + c;
    Vector rows[6 * 4];  // transformed along x: [y][pixel]
#pragma GCC unroll 6
    for (int y = 0; y < 6; ++y) {
      Vector in[6];
#pragma GCC unroll 6
      for (int x = 0; x < 6; ++x) in[x] = hn::LoadU(d, input + (y * 6 + x) * tile.stride);
      OutputPoints(d, in, 1, rows + y * 4);
    }
    const Vector bias = hn::LoadU(d, tile.bias + c);
#pragma GCC unroll 4
    for (int x = 0; x < 4; ++x) {
      Vector pixels[4];
      OutputPoints(d, rows + x, 4, pixels);
#pragma GCC unroll 4
      for (int y = 0; y < 4; ++y) {
        const auto pixel = static_cast<std::size_t>(y * 4 + x);
        if (tile.pixels[pixel] == nullptr) continue;
        Vector sum = hn::Add(pixels[y], bias);
        if (tile.residuals[pixel] != nullptr) {
          sum = hn::Add(sum, hn::LoadU(d, tile.residuals[pixel] + c));
        }
        hn::StoreU(hn::Min(hn::Max(sum, least), greatest), d, tile.pixels[pixel] + c);
      }
    }
  }
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {
namespace {

// One dimension of the kernel's transform, in double: it is done once.
void KernelPoints(const double* in, int step, double* out) {
  const double g0 = in[0];
  const double g1 = in[step];
  const double g2 = in[2 * step];
  out[0] = g0 / 4.0;
  out[1] = -(g0 + g1 + g2) / 6.0;
  out[2] = -(g0 - g1 + g2) / 6.0;
  out[3] = g0 / 24.0 + g1 / 12.0 + g2 / 6.0;
  out[4] = g0 / 24.0 - g1 / 12.0 + g2 / 6.0;
  out[5] = g2;
}

}  // namespace

HWY_EXPORT(Input);
HWY_EXPORT(Output);

void TransformInput(const WinogradInput& tile) { HWY_DYNAMIC_DISPATCH(Input)(tile); }
void TransformOutput(const WinogradOutput& tile) { HWY_DYNAMIC_DISPATCH(Output)(tile); }

std::array<float, kWinogradPoints> TransformWeights(const std::array<float, 9>& kernel) {
  std::array<double, 9> exact{};
  for (std::size_t i = 0; i < exact.size(); ++i) exact[i] = static_cast<double>(kernel[i]);
  std::array<double, 18> columns{};  // transformed along y: [x][point]
  for (int x = 0; x < 3; ++x) KernelPoints(exact.data() + x, 3, columns.data() + x * 6);
  std::array<float, kWinogradPoints> points{};
  for (int y = 0; y < 6; ++y) {
    std::array<double, 6> row{};
    KernelPoints(columns.data() + y, 6, row.data());
    for (int x = 0; x < 6; ++x) {
      points[static_cast<std::size_t>(y * 6 + x)] =
          static_cast<float>(row[static_cast<std::size_t>(x)]);
    }
  }
  return points;
}

}  // namespace biglittle::nn::simd
#endif
