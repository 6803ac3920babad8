// Whether a sensor samples as fast as somebody said.
#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace biglittle {

// Counts frames against the clock. Only what comes over at least kSpan is looked at, for programs,
// lines and networks deliver in batches. Not thread-safe.
class RateMonitor {
 public:
  static constexpr Milliseconds kSpan{10'000};
  static constexpr double kTolerance =
      0.05;  // of the rate, either way: crystals and RC oscillators

  // `rate_hz`: 0, or not known: nothing is ever off.
  explicit RateMonitor(double rate_hz) : rate_hz_(rate_hz) {}

  // What comes next has nothing to do with what was before.
  void Restart() { since_.reset(); }
  // Frames that the sensor took, and that are lost.
  void OnMissing(std::uint64_t frames) { frames_ += frames; }
  // Frames that came at `now`: the rate since the last look, where that was long enough ago and the
  // rate is off by more than the tolerance.
  std::optional<double> OnFrames(std::uint64_t frames, SteadyTime now);

 private:
  const double rate_hz_;
  std::optional<SteadyTime> since_;
  std::uint64_t frames_ = 0;  // since then
};

}  // namespace biglittle
