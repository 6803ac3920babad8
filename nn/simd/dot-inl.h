// Dot products of four bytes, where an instruction set can have them (BIGLITTLE_QUADS); included
// once for each. Highway 1.0 has no name for the instruction, and its targets do not include it: as
// assembly it needs none, and HasQuads asks the processor for it.
#if defined(BIGLITTLE_NN_SIMD_DOT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef BIGLITTLE_NN_SIMD_DOT_INL_H_
#undef BIGLITTLE_NN_SIMD_DOT_INL_H_
#else
#define BIGLITTLE_NN_SIMD_DOT_INL_H_
#endif

#include <cstdint>

#include "hwy/highway.h"

#if HWY_ARCH_X86
#include <cpuid.h>
#endif

#undef BIGLITTLE_QUADS
#if HWY_ARCH_X86 && (HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_AVX2)
#define BIGLITTLE_QUADS 1
#else
#define BIGLITTLE_QUADS 0
#endif

HWY_BEFORE_NAMESPACE();
namespace biglittle::nn::simd::HWY_NAMESPACE {

#if BIGLITTLE_QUADS

// Adds to each lane of `sums` the four products of its uint8 by its int8. `Vector` is of int32.
template <class Vector>
HWY_INLINE Vector AddQuads(Vector sums, const Vector unsigned_bytes, const Vector signed_bytes) {
#if HWY_TARGET <= HWY_AVX3
  asm("vpdpbusd %2, %1, %0" : "+v"(sums.raw) : "v"(unsigned_bytes.raw), "v"(signed_bytes.raw));
#else
  asm("%{vex%} vpdpbusd %2, %1, %0"
      : "+x"(sums.raw)
      : "x"(unsigned_bytes.raw), "x"(signed_bytes.raw));
#endif
  return sums;
}

// Of the vectors of this target, whose state the system keeps if the target is chosen. By CPUID,
// for compilers have no common name for the second.
HWY_INLINE bool ProcessorHasQuads() {
  unsigned a = 0, b = 0, c = 0, d = 0;
#if HWY_TARGET <= HWY_AVX3
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (c >> 11U & 1U) != 0;  // AVX512_VNNI
#else
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a >> 4U & 1U) != 0;  // AVX_VNNI
#endif
}

#else

HWY_INLINE bool ProcessorHasQuads() { return false; }

#endif

}  // namespace biglittle::nn::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
