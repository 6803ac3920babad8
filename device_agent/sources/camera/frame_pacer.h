// Leaves out what comes faster than it is wanted.
#pragma once

#include <chrono>
#include <optional>

#include "core/clock.h"

namespace biglittle {

// Takes so many a second of what comes, in the long run, and never two for a time that has passed
// without any. A pure policy, not thread-safe.
class FramePacer {
 public:
  // Absent: takes all.
  explicit FramePacer(std::optional<double> rate_hz) {
    if (rate_hz) {
      period_ = std::chrono::duration_cast<SteadyTime::duration>(
          std::chrono::duration<double>(1.0 / *rate_hz));
    }
  }

  bool Takes(SteadyTime at) {
    if (next_ && at < *next_) return false;
    next_ = next_ && at - *next_ < period_ ? *next_ + period_ : at + period_;
    return true;
  }

 private:
  SteadyTime::duration period_{0};
  std::optional<SteadyTime> next_;
};

}  // namespace biglittle
