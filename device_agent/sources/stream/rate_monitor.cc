#include "device_agent/sources/stream/rate_monitor.h"

#include <chrono>
#include <cmath>
#include <utility>

namespace biglittle {

std::optional<double> RateMonitor::OnFrames(std::uint64_t frames, SteadyTime now) {
  if (rate_hz_ <= 0.0) return std::nullopt;
  frames_ += frames;
  if (!since_) {
    since_ = now;  // nobody knows in which time the first ones were taken
    frames_ = 0;
    return std::nullopt;
  }
  if (now - *since_ < kSpan) return std::nullopt;
  const double seconds = std::chrono::duration<double>(now - *since_).count();
  since_ = now;
  const double measured = static_cast<double>(std::exchange(frames_, 0)) / seconds;
  if (std::abs(measured - rate_hz_) <= kTolerance * rate_hz_) return std::nullopt;
  return measured;
}

}  // namespace biglittle
