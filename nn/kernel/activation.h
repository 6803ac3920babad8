// Element-wise functions of one variable: as steps of their own, and fused behind a convolution or
// a matrix product.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

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

std::string_view Name(ActivationKind kind);

struct Activation {
  ActivationKind kind = ActivationKind::kNone;
  float a = 0.0F;
  float b = 0.0F;
};

// min(greatest, max(least, x)).
struct Clamp {
  float least = -std::numeric_limits<float>::infinity();
  float greatest = std::numeric_limits<float>::infinity();
};
// The first, then the second.
constexpr Clamp Both(const Clamp& first, const Clamp& second) {
  const auto bound = [&second](float x) {
    const float above = x > second.least ? x : second.least;
    return above < second.greatest ? above : second.greatest;
  };
  return {bound(first.least), bound(first.greatest)};
}
// The activations that are no more than that, none included: products apply them at no cost.
std::optional<Clamp> FusedClamp(const Activation& activation);

}  // namespace biglittle::nn
