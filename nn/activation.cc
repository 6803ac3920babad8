#include "nn/activation.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "nn/simd/elementwise.h"
#include "nn/workers.h"

namespace biglittle::nn {

std::string_view Name(ActivationKind kind) {
  switch (kind) {
    case ActivationKind::kNone:
      return "none";
    case ActivationKind::kRelu:
      return "relu";
    case ActivationKind::kLeakyRelu:
      return "leaky relu";
    case ActivationKind::kSigmoid:
      return "sigmoid";
    case ActivationKind::kTanh:
      return "tanh";
    case ActivationKind::kClip:
      return "clip";
    case ActivationKind::kHardSigmoid:
      return "hard sigmoid";
    case ActivationKind::kHardSwish:
      return "hard swish";
  }
  return "";
}

std::optional<Clamp> FusedClamp(const Activation& activation) {
  switch (activation.kind) {
    case ActivationKind::kNone:
      return Clamp{};
    case ActivationKind::kRelu:
      return Clamp{.least = 0.0F};
    case ActivationKind::kClip:
      return Clamp{activation.a, activation.b};
    default:
      return std::nullopt;
  }
}

void Apply(const Activation& activation, const float* input, float* output, std::int64_t count) {
  simd::Transform(activation, input, output, count);
}

void Apply(const Activation& activation, const float* input, float* output, std::int64_t count,
           Workers& workers) {
  constexpr std::int64_t kPiece = 16 * 1024;  // a multiple of every vector
  workers.ForEach((count + kPiece - 1) / kPiece, [&](std::int64_t item, std::int64_t) {
    const std::int64_t first = item * kPiece;
    Apply(activation, input + first, output + first, std::min(kPiece, count - first));
  });
}

}  // namespace biglittle::nn
