// Sums of products of small integers, with vector instructions. Thread-safe.
#pragma once

#include <cstdint>

namespace biglittle::nn::simd {

// Rows are as long as a multiple of this, filled up with zeros.
inline constexpr std::int64_t kIntegerLanes = 32;
constexpr std::int64_t PaddedDepth(std::int64_t depth) {
  return (depth + kIntegerLanes - 1) / kIntegerLanes * kIntegerLanes;
}

// sums[r] = the sum over k of a[k] * b[r * depth + k], for r in [0, rows); depth is padded. Sums
// wrap around beyond 32 bits, as ONNX Runtime's do.
void IntegerProducts(const std::int16_t* a, const std::int16_t* b, std::int64_t depth,
                     std::int64_t rows, std::int32_t* sums);

}  // namespace biglittle::nn::simd
