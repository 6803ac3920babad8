// How long some frames of a stream last.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/clock.h"

namespace biglittle {

// `frames`, which may have a fraction or be negative, at `rate_hz`; nothing where the rate is not
// known, 0. Bounded by 30 years.
inline SteadyTime::duration FrameTime(double frames, double rate_hz) {
  if (rate_hz <= 0.0) return SteadyTime::duration(0);
  const double nanoseconds = std::clamp(frames * 1e9 / rate_hz, -1e18, 1e18);
  return std::chrono::duration_cast<SteadyTime::duration>(
      std::chrono::nanoseconds(std::llround(nanoseconds)));
}

}  // namespace biglittle
