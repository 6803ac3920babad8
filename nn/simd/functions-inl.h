// Functions of one vector. For inclusion by files that are compiled for each instruction set, hence
// no ordinary include guard.
#if defined(BIGLITTLE_NN_SIMD_FUNCTIONS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef BIGLITTLE_NN_SIMD_FUNCTIONS_INL_H
#undef BIGLITTLE_NN_SIMD_FUNCTIONS_INL_H
#else
#define BIGLITTLE_NN_SIMD_FUNCTIONS_INL_H
#endif

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

template <class D, class V>
HWY_INLINE V Sigmoid(const D d, const V x) {
  // exp of a negative number only, which cannot overflow; below the bound it is as good as zero.
  const V one = hwy::HWY_NAMESPACE::Set(d, 1.0F);
  const V least = hwy::HWY_NAMESPACE::Set(d, -87.0F);
  namespace hn = hwy::HWY_NAMESPACE;
  const V e = hn::Exp(d, hn::Max(hn::Neg(hn::Abs(x)), least));
  const V part = hn::Div(one, hn::Add(one, e));
  return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), part, hn::Mul(e, part));
}

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
