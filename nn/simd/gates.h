// The element-wise part of recurrent cells, with vector instructions. Thread-safe.
#pragma once

#include <cstdint>

namespace biglittle::nn::simd {

// For i in [0, count); the output may be any of the inputs.
// output = a + b.
void Add(const float* a, const float* b, float* output, std::int64_t count);
// output = a * b.
void Multiply(const float* a, const float* b, float* output, std::int64_t count);
// output = a * b + c.
void MultiplyAdd(const float* a, const float* b, const float* c, float* output, std::int64_t count);
// output = a * b + c * d.
void SumOfProducts(const float* a, const float* b, const float* c, const float* d, float* output,
                   std::int64_t count);
// output = weight * a + (1 - weight) * b.
void Blend(const float* weight, const float* a, const float* b, float* output, std::int64_t count);

}  // namespace biglittle::nn::simd
