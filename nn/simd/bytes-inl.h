// Between vectors of int32 or float and bytes, for every instruction set; included once for each.
#if defined(BIGLITTLE_NN_SIMD_BYTES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BIGLITTLE_NN_SIMD_BYTES_INL_H_
#undef BIGLITTLE_NN_SIMD_BYTES_INL_H_
#else
#define BIGLITTLE_NN_SIMD_BYTES_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// As many bytes as there are lanes.
template <class D>
HWY_INLINE hn::Vec<D> LoadInts(const D d, const std::uint8_t* from) {
  const hn::Rebind<std::uint8_t, D> d8;
  return hn::PromoteTo(d, hn::LoadU(d8, from));
}

// clamp(x) rounded to the nearest integer, halves to the even one, + zero_point: within [0, 255].
// `D` is of int32; |least| and |greatest| are below 2^22.
template <class D>
HWY_INLINE hn::Vec<D> RoundToInts(const D d, hn::Vec<hn::Rebind<float, D>> x, float least,
                                  float greatest, std::int32_t zero_point) {
  const hn::Rebind<float, D> df;
  x = hn::Min(hn::Max(x, hn::Set(df, least)), hn::Set(df, greatest));
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
  // With 1.5 * 2^23 added a float has no bits behind the point, and its lowest byte is the
  // integer's.
  constexpr float kMagic = 12582912.0F;
  const auto bits = hn::BitCast(d, hn::Add(x, hn::Set(df, kMagic)));
  return hn::And(hn::Add(bits, hn::Set(d, zero_point)), hn::Set(d, 0xFF));
#else
  return hn::Add(hn::NearestInt(x), hn::Set(d, zero_point));
#endif
}

// The same as bytes.
template <class D>
HWY_INLINE hn::Vec<hn::Rebind<std::uint8_t, D>> RoundToBytes(const D d,
                                                             hn::Vec<hn::Rebind<float, D>> x,
                                                             float least, float greatest,
                                                             std::int32_t zero_point) {
  const auto ints = RoundToInts(d, x, least, greatest, zero_point);
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
  const hn::Rebind<std::uint32_t, D> du;
  return hn::U8FromU32(hn::BitCast(du, ints));
#else
  const hn::Rebind<std::uint8_t, D> d8;
  return hn::DemoteTo(d8, ints);
#endif
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
