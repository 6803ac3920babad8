// Mean and deviation of a row, for the normalisations that compute them at run time.
#pragma once

#include <cmath>
#include <cstdint>

namespace biglittle::nn {

// (x - mean) * factor has mean 0 and, but for epsilon, deviation 1.
struct Standardisation {
  float mean = 0.0F;
  float factor = 1.0F;
};

// In double, and the deviation in a second pass: sums of floats would lose digits. count >= 1,
// epsilon > 0.
inline Standardisation Standardise(const float* row, std::int64_t count, float epsilon) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(row[i]);
  const double mean = sum / static_cast<double>(count);
  double squares = 0.0;
  for (std::int64_t i = 0; i < count; ++i) {
    const double distance = static_cast<double>(row[i]) - mean;
    squares += distance * distance;
  }
  const double variance = squares / static_cast<double>(count);
  return {static_cast<float>(mean),
          static_cast<float>(1.0 / std::sqrt(variance + static_cast<double>(epsilon)))};
}

}  // namespace biglittle::nn
