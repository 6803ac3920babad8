// Says a lasting trouble now and then instead of with every message that it spoils: at once, then
// as often as there is still something to say, but at most once an interval.
//
// Knows no clock. Thread-safe.
#pragma once

#include <mutex>
#include <optional>

#include "core/clock.h"

namespace biglittle {

class LogLimit {
 public:
  explicit LogLimit(SteadyTime::duration interval = std::chrono::minutes(10))
      : interval_(interval) {}

  // True if it may be said at `now`; then it counts as said.
  bool MaySay(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (said_at_ && now - *said_at_ < interval_) return false;
    said_at_ = now;
    return true;
  }

 private:
  const SteadyTime::duration interval_;

  // Protected by mutex_.
  std::mutex mutex_;
  std::optional<SteadyTime> said_at_;
};

}  // namespace biglittle
