// How densely readings arrive: whether it is worth waiting for companions.
#pragma once

#include "core/clock.h"

namespace biglittle {

// A moving average of the gaps between arrivals. Knows no clock; not thread-safe.
class LoadGauge {
 public:
  // Longer gaps count as `longest_gap` (> 0), so that a pause, however long, is forgotten after
  // some ten arrivals.
  explicit LoadGauge(SteadyTime::duration longest_gap) : longest_gap_(longest_gap) {}

  void Arrived(SteadyTime at);

  // Readings that arrive within `time`, on average; 0 before the second arrival.
  double Expected(SteadyTime::duration time) const;

 private:
  const SteadyTime::duration longest_gap_;
  bool first_ = true;
  bool measured_ = false;
  SteadyTime last_;
  double gap_ = 0;  // of SteadyTime's ticks
};

}  // namespace biglittle
