#include "device_agent/results/store_clock.h"

#include <algorithm>

namespace biglittle {

StoreClock::StoreClock(const Mark& last, std::int64_t newest_row_ms, const Clock& clock)
    : clock_(&clock),
      boot_(clock.Boot()),
      began_steady_ms_(SteadyMs()),
      began_ms_(std::max(last.store_ms, newest_row_ms)) {
  if (boot_.empty() || boot_ != last.boot) return;
  const std::int64_t passed_ms = began_steady_ms_ - last.steady_ms;
  away_ms_ = std::max<std::int64_t>(0, last.store_ms + passed_ms - began_ms_);
}

std::int64_t StoreClock::SteadyMs() const {
  return std::chrono::floor<Milliseconds>(clock_->Now().time_since_epoch()).count();
}

Milliseconds StoreClock::Since(std::int64_t store_ms) const {
  const std::int64_t away_ms = store_ms <= began_ms_ ? away_ms_ : 0;
  return Milliseconds(std::max<std::int64_t>(0, NowMs() - store_ms + away_ms));
}

}  // namespace biglittle
