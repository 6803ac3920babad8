#include "nn/simd/integer_product.h"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/integer_product.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void Products(const std::int16_t* a, const std::int16_t* b, std::int64_t depth, std::int64_t rows,
              std::int32_t* sums) {
  const hn::CappedTag<std::int16_t, kIntegerLanes> d;
  const hn::RepartitionToWide<decltype(d)> wide;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t r = 0;
  // Four rows share each load of a.
  for (; r + 4 <= rows; r += 4) {
    const std::int16_t* const row = b + r * depth;
    auto s0 = hn::Zero(wide), s1 = hn::Zero(wide), s2 = hn::Zero(wide), s3 = hn::Zero(wide);
    auto t0 = hn::Zero(wide), t1 = hn::Zero(wide), t2 = hn::Zero(wide), t3 = hn::Zero(wide);
    for (std::int64_t k = 0; k < depth; k += lanes) {
      const auto x = hn::LoadU(d, a + k);
      s0 = hn::ReorderWidenMulAccumulate(wide, x, hn::LoadU(d, row + k), s0, t0);
      s1 = hn::ReorderWidenMulAccumulate(wide, x, hn::LoadU(d, row + depth + k), s1, t1);
      s2 = hn::ReorderWidenMulAccumulate(wide, x, hn::LoadU(d, row + 2 * depth + k), s2, t2);
      s3 = hn::ReorderWidenMulAccumulate(wide, x, hn::LoadU(d, row + 3 * depth + k), s3, t3);
    }
    sums[r] = hn::GetLane(hn::SumOfLanes(wide, hn::Add(s0, t0)));
    sums[r + 1] = hn::GetLane(hn::SumOfLanes(wide, hn::Add(s1, t1)));
    sums[r + 2] = hn::GetLane(hn::SumOfLanes(wide, hn::Add(s2, t2)));
    sums[r + 3] = hn::GetLane(hn::SumOfLanes(wide, hn::Add(s3, t3)));
  }
  for (; r < rows; ++r) {
    auto s = hn::Zero(wide), t = hn::Zero(wide);
    for (std::int64_t k = 0; k < depth; k += lanes) {
      s = hn::ReorderWidenMulAccumulate(wide, hn::LoadU(d, a + k), hn::LoadU(d, b + r * depth + k),
                                        s, t);
    }
    sums[r] = hn::GetLane(hn::SumOfLanes(wide, hn::Add(s, t)));
  }
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(Products);

void IntegerProducts(const std::int16_t* a, const std::int16_t* b, std::int64_t depth,
                     std::int64_t rows, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(Products)(a, b, depth, rows, sums);
}

}  // namespace biglittle::nn::simd
#endif
