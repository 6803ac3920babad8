// Element-wise functions of one variable: as steps of their own, and fused behind a convolution or
// a matrix product.
#pragma once

#include <cstdint>
#include <optional>

namespace biglittle::nn {

enum class ActivationKind : std::uint8_t {
  kNone,
  kRelu,
  kLeakyRelu,  // a: slope below zero
  kSigmoid,
  kTanh,
  kClip,         // a: least, b: greatest
  kHardSigmoid,  // max(0, min(1, a * x + b))
  kHardSwish,    // x * max(0, min(1, x / 6 + 1/2))
};

struct Activation {
  ActivationKind kind = ActivationKind::kNone;
  float a = 0.0F;
  float b = 0.0F;
};

// output[i] = activation(input[i] + bias) for i in [0, count); input and output may be the same.
void Apply(const Activation& activation, float bias, const float* input, float* output,
           std::int64_t count);

}  // namespace biglittle::nn
