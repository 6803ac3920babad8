// The Gaussian error linear unit, which several operators have a form of. Pure, thread-safe.
// Source: D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units (GELUs)", 2016.
#pragma once

#include <cmath>

namespace biglittle::nn {

inline float ExactGelu(float x) {
  constexpr float kRootHalf = 0.70710678F;
  return 0.5F * x * (1.0F + std::erf(x * kRootHalf));
}

inline float GeluByTanh(float x) {
  constexpr float kRoot = 0.79788456F;  // of 2 / pi
  constexpr float kCubic = 0.044715F;
  return 0.5F * x * (1.0F + std::tanh(kRoot * (x + kCubic * x * x * x)));
}

}  // namespace biglittle::nn
