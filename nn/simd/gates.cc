#include "nn/simd/gates.h"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/gates.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Calls body(d, i) for vectors at i = 0, lanes, ... and single elements for the rest.
template <class Body>
HWY_INLINE void ForVectors(std::int64_t count, Body body) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) body(d, i);
  for (; i < count; ++i) body(single, i);
}

void AddAll(const float* a, const float* b, float* output, std::int64_t count) {
  ForVectors(count, [&](auto d, std::int64_t i) HWY_ATTR {
    hn::StoreU(hn::Add(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, output + i);
  });
}

void MultiplyAll(const float* a, const float* b, float* output, std::int64_t count) {
  ForVectors(count, [&](auto d, std::int64_t i) HWY_ATTR {
    hn::StoreU(hn::Mul(hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, output + i);
  });
}

void MultiplyAddAll(const float* a, const float* b, const float* c, float* output,
                    std::int64_t count) {
  ForVectors(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const auto sum = hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), hn::LoadU(d, c + i));
    hn::StoreU(sum, d, output + i);
  });
}

void SumOfProductsAll(const float* a, const float* b, const float* c, const float* e, float* output,
                      std::int64_t count) {
  ForVectors(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const auto second = hn::Mul(hn::LoadU(d, c + i), hn::LoadU(d, e + i));
    hn::StoreU(hn::MulAdd(hn::LoadU(d, a + i), hn::LoadU(d, b + i), second), d, output + i);
  });
}

void BlendAll(const float* weight, const float* a, const float* b, float* output,
              std::int64_t count) {
  ForVectors(count, [&](auto d, std::int64_t i) HWY_ATTR {
    const auto second = hn::LoadU(d, b + i);
    const auto difference = hn::Sub(hn::LoadU(d, a + i), second);
    hn::StoreU(hn::MulAdd(hn::LoadU(d, weight + i), difference, second), d, output + i);
  });
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(AddAll);
HWY_EXPORT(MultiplyAll);
HWY_EXPORT(MultiplyAddAll);
HWY_EXPORT(SumOfProductsAll);
HWY_EXPORT(BlendAll);

void Add(const float* a, const float* b, float* output, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(AddAll)(a, b, output, count);
}
void Multiply(const float* a, const float* b, float* output, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(MultiplyAll)(a, b, output, count);
}
void MultiplyAdd(const float* a, const float* b, const float* c, float* output,
                 std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(MultiplyAddAll)(a, b, c, output, count);
}
void SumOfProducts(const float* a, const float* b, const float* c, const float* d, float* output,
                   std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(SumOfProductsAll)(a, b, c, d, output, count);
}
void Blend(const float* weight, const float* a, const float* b, float* output, std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(BlendAll)(weight, a, b, output, count);
}

}  // namespace biglittle::nn::simd
#endif
