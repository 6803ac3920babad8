// The scale that DynamicQuantizeLinear gives a run of floats.
#pragma once

#include <cstdint>

namespace biglittle::nn {

struct DynamicRange {
  float scale = 1.0F;
  float zero_point = 0.0F;  // a byte
};
DynamicRange RangeOfFloats(const float* x, std::int64_t count);
float QuantiseByte(float x, const DynamicRange& range);

}  // namespace biglittle::nn
