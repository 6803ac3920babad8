#include "nn/kernel/activation.h"

#include <optional>
#include <string_view>

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

}  // namespace biglittle::nn
