// Activations with vector instructions.
#pragma once

#include <cstdint>

#include "nn/kernel/activation.h"

namespace biglittle::nn::simd {

// output[i] = activation(input[i]) for i in [0, count); input and output may be the same.
// Thread-safe.
void Transform(const Activation& activation, const float* input, float* output, std::int64_t count);

}  // namespace biglittle::nn::simd
