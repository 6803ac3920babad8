#include "nn/operators/byte_epilogue.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace biglittle::nn {
namespace {

// A bias as a number of the sums' units; false if it is beyond what 32 bits hold.
bool ToSumUnits(const std::vector<float>& bias, const std::vector<float>& units,
                std::vector<std::int32_t>& result) {
  constexpr double kMost = 2147483647.0;
  result.resize(bias.size());
  for (std::size_t m = 0; m < bias.size(); ++m) {
    const double sum = std::nearbyint(static_cast<double>(bias[m]) / static_cast<double>(units[m]));
    if (!(std::fabs(sum) <= kMost)) return false;
    result[m] = static_cast<std::int32_t>(sum);
  }
  return true;
}

}  // namespace

ByteOutput ByteOutput::Floats() {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  return {true, 0, -kInfinity, kInfinity};
}

ByteOutput ByteOutput::Of(const ByteTarget& target) {
  ByteOutput output = target.bytes ? Bytes(*target.bytes) : Floats();
  output.Narrow(target.clamp, target.bytes ? target.bytes->scale : 1.0F);
  return output;
}

void ByteOutput::Narrow(const Clamp& clamp, float scale) {
  // Of floats the bounds are the numbers' own.
  const float unit = floats ? 1.0F : scale;
  least = std::min(std::max(least, clamp.least / unit), greatest);
  greatest = std::max(std::min(greatest, clamp.greatest / unit), least);
}

bool ByteEpilogue::Follow(const Epilogue& epilogue, const std::vector<float>& bias_of_floats,
                          const std::vector<float>& units, std::span<const ByteScale> operands,
                          const ByteTarget& target) {
  if (!ToSumUnits(bias_of_floats, units, bias)) return false;
  const float unit = target.bytes ? target.bytes->scale : 1.0F;
  scales.clear();
  for (const float scale : units) scales.push_back(scale / unit);
  output = ByteOutput::Of({target.bytes, Both(epilogue.clamp(), target.clamp)});
  residual = epilogue.sum();
  if (residual) {
    residual_point = static_cast<float>(operands[1].zero_point);
    residual_scale = operands[1].scale / unit;
  }
  if (!epilogue.clamps()) activation = epilogue.activation();
  behind = epilogue.Name();
  return true;
}

simd::ByteFinish ByteEpilogue::Finish() const {
  simd::ByteFinish finish;
  finish.least = output.least;
  finish.greatest = output.greatest;
  finish.to_floats = output.floats;
  finish.zero_point = output.zero_point;
  finish.residual_point = residual_point;
  finish.residual_scale = residual_scale;
  return finish;
}

}  // namespace biglittle::nn
