#include "nn/operators/dynamic_range.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "nn/simd/bytes.h"

namespace biglittle::nn {

DynamicRange RangeOfFloats(const float* x, std::int64_t count) {
  const auto [least, greatest] = simd::LeastAndGreatest(x, count);
  DynamicRange range;
  range.scale = greatest == least ? 1.0F : (greatest - least) / 255.0F;
  range.zero_point = std::nearbyint(std::clamp(0.0F - least / range.scale, 0.0F, 255.0F));
  return range;
}

float QuantiseByte(float x, const DynamicRange& range) {
  const float rounded = std::nearbyint(x / range.scale) + range.zero_point;
  return std::min(std::max(0.0F, rounded), 255.0F);
}

}  // namespace biglittle::nn
