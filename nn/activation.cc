#include "nn/activation.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace biglittle::nn {
namespace {

// One loop for each function, so that the compiler can vectorise it.
template <typename Function>
void ForEach(Function function, float bias, const float* input, float* output, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) output[i] = function(input[i] + bias);
}

float Sigmoid(float x) {
  // exp of a negative number only, which cannot overflow.
  const float e = std::exp(-std::fabs(x));
  return (x >= 0.0F ? 1.0F : e) / (1.0F + e);
}

}  // namespace

void Apply(const Activation& activation, float bias, const float* input, float* output,
           std::int64_t count) {
  const float a = activation.a;
  const float b = activation.b;
  const auto run = [&](auto function) { ForEach(function, bias, input, output, count); };
  switch (activation.kind) {
    case ActivationKind::kNone:
      return run([](float x) { return x; });
    case ActivationKind::kRelu:
      return run([](float x) { return std::max(x, 0.0F); });
    case ActivationKind::kLeakyRelu:
      return run([a](float x) { return x >= 0.0F ? x : a * x; });
    case ActivationKind::kSigmoid:
      return run(Sigmoid);
    case ActivationKind::kTanh:
      return run([](float x) { return std::tanh(x); });
    case ActivationKind::kClip:
      return run([a, b](float x) { return std::min(std::max(x, a), b); });
    case ActivationKind::kHardSigmoid:
      return run([a, b](float x) { return std::max(0.0F, std::min(1.0F, a * x + b)); });
    case ActivationKind::kHardSwish:
      return run([](float x) { return x * std::max(0.0F, std::min(1.0F, x / 6.0F + 0.5F)); });
  }
}

}  // namespace biglittle::nn
