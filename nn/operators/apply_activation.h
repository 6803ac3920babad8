// The functions of nn/kernel/activation.h, computed.
#pragma once

#include <cstdint>

#include "nn/kernel/activation.h"
#include "nn/kernel/workers.h"

namespace biglittle::nn {

// output[i] = activation(input[i]) for i in [0, count); input and output may be the same. Sigmoid
// and tanh are within 4 units in the last place.
void Apply(const Activation& activation, const float* input, float* output, std::int64_t count);
// The same, shared among the workers. The bits do not depend on their number.
void Apply(const Activation& activation, const float* input, float* output, std::int64_t count,
           Workers& workers);

}  // namespace biglittle::nn
