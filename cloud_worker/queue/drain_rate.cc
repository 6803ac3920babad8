#include "cloud_worker/queue/drain_rate.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace biglittle {
namespace {

// What was computed so many seconds of computing ago counts 1/e.
constexpr double kMemory = 2.0;
// Clocks have a grain; a batch takes some time.
constexpr double kShortest = 1e-6;

}  // namespace

void DrainRate::Computed(std::size_t readings, SteadyTime::duration compute_time) {
  const double took = std::max(std::chrono::duration<double>(compute_time).count(), kShortest);
  const double discount = std::exp(-took / kMemory);
  readings_ = readings_ * discount + static_cast<double>(readings);
  seconds_ = seconds_ * discount + took;
}

Milliseconds DrainRate::RetryAfter(std::size_t waiting) const {
  if (seconds_ <= 0) return kUnmeasured;
  const double milliseconds = 1000.0 * static_cast<double>(waiting) * seconds_;
  // Compared before dividing: what has faded to nothing is no divisor.
  const double rate = readings_ * threads_;
  if (milliseconds >= static_cast<double>(kLongestRetry.count()) * rate) return kLongestRetry;
  return std::max(Milliseconds(std::llround(milliseconds / rate)), kShortestRetry);
}

}  // namespace biglittle
