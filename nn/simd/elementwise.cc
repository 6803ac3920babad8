#include "nn/simd/elementwise.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "nn/kernel/activation.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "nn/simd/elementwise.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "nn/simd/functions-inl.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;

// The rest goes through the same vector code: an element's bits do not depend on its neighbours.
template <class Function>
HWY_INLINE void ForEach(const float* input, float* output, std::int64_t count, Function function) {
  const Floats d;
  const auto lanes = static_cast<std::int64_t>(hn::Lanes(d));
  std::int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(function(d, hn::LoadU(d, input + i)), d, output + i);
  }
  if (i == count) return;
  HWY_ALIGN float rest[hn::MaxLanes(Floats())] = {};
  std::copy_n(input + i, count - i, rest);
  hn::Store(function(d, hn::Load(d, rest)), d, rest);
  std::copy_n(rest, count - i, output + i);
}

template <class D, class V>
HWY_INLINE V HardSigmoid(const D d, const V x, const V a, const V b) {
  return hn::Max(hn::Zero(d), hn::Min(hn::Set(d, 1.0F), hn::MulAdd(a, x, b)));
}

void Run(const Activation& activation, const float* input, float* output, std::int64_t count) {
  const Floats d;
  const auto a = hn::Set(d, activation.a);
  const auto b = hn::Set(d, activation.b);
  switch (activation.kind) {
    case ActivationKind::kNone:
      if (input != output) std::copy_n(input, count, output);
      return;
    case ActivationKind::kRelu:
      return ForEach(input, output, count,
                     [](auto t, auto x) HWY_ATTR { return hn::Max(x, hn::Zero(t)); });
    case ActivationKind::kLeakyRelu:
      return ForEach(input, output, count, [a](auto t, auto x) HWY_ATTR {
        return hn::IfThenElse(hn::Ge(x, hn::Zero(t)), x, hn::Mul(a, x));
      });
    case ActivationKind::kSigmoid:
      return ForEach(input, output, count, [](auto t, auto x) HWY_ATTR { return Sigmoid(t, x); });
    case ActivationKind::kTanh:
      return ForEach(input, output, count, [](auto t, auto x) HWY_ATTR { return hn::Tanh(t, x); });
    case ActivationKind::kClip:
      return ForEach(input, output, count,
                     [a, b](auto, auto x) HWY_ATTR { return hn::Min(hn::Max(x, a), b); });
    case ActivationKind::kHardSigmoid:
      return ForEach(input, output, count,
                     [a, b](auto t, auto x) HWY_ATTR { return HardSigmoid(t, x, a, b); });
    case ActivationKind::kHardSwish:
      return ForEach(input, output, count, [](auto t, auto x) HWY_ATTR {
        return hn::Mul(x, HardSigmoid(t, x, hn::Set(t, 1.0F / 6.0F), hn::Set(t, 0.5F)));
      });
  }
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace biglittle::nn::simd {

HWY_EXPORT(Run);

void Transform(const Activation& activation, const float* input, float* output,
               std::int64_t count) {
  HWY_DYNAMIC_DISPATCH(Run)(activation, input, output, count);
}

}  // namespace biglittle::nn::simd
#endif
