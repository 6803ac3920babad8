#include "nn/simd/instructions.h"

#include <cstdint>

#include "hwy/highway.h"

namespace biglittle::nn::simd {

std::string_view ChosenInstructions() {
  // Dispatch takes the lowest bit of those that are both compiled and supported; the better, the
  // lower.
  const auto usable =
      static_cast<std::uint64_t>(hwy::SupportedTargets()) & static_cast<std::uint64_t>(HWY_TARGETS);
  const std::uint64_t best = usable & (~usable + 1);
  return best == 0 ? "SCALAR" : hwy::TargetName(static_cast<std::int64_t>(best));
}

}  // namespace biglittle::nn::simd
