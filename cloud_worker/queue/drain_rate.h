// How fast the queue empties, to tell a refused device when there may be room for it.
#pragma once

#include <cstddef>

#include "core/clock.h"

namespace biglittle {

// Readings a second of computing, of which the last seconds count most. Idle time does not count:
// a burst after a quiet hour finds a fast worker, not a slow one. Knows no clock; not thread-safe.
class DrainRate {
 public:
  static constexpr Milliseconds kShortestRetry{20};
  static constexpr Milliseconds kLongestRetry{30'000};
  static constexpr Milliseconds kUnmeasured{1000};  // while nothing has been computed yet

  // `threads` compute at once, >= 1.
  explicit DrainRate(std::size_t threads) : threads_(static_cast<double>(threads)) {}

  // One thread computed so many readings in such a time.
  void Computed(std::size_t readings, SteadyTime::duration compute_time);

  // How long `waiting` readings take at this rate; kShortestRetry to kLongestRetry.
  Milliseconds RetryAfter(std::size_t waiting) const;

 private:
  const double threads_;
  // Both discounted by their age in computing time.
  double readings_ = 0;
  double seconds_ = 0;
};

}  // namespace biglittle
