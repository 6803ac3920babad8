// Tells time that passed from time in which the process could run: a process that was halted (by
// a signal, with its machine, for want of processor time) does not hang.
#pragma once

#include "core/clock.h"

namespace biglittle {

// For a thread that looks every `tick` or more often. Knows no clock; not thread-safe.
class HaltGauge {
 public:
  HaltGauge(SteadyTime::duration tick, SteadyTime now) : tick_(tick), last_(now) {}

  // How long the process stood still since the last look; 0 if the look is not late by more than a
  // tick.
  SteadyTime::duration StoodStill(SteadyTime now) {
    const SteadyTime::duration late = now - last_ - tick_;
    last_ = now;
    return late > tick_ ? late : SteadyTime::duration::zero();
  }
  // The thread was busy elsewhere: looks count from now on.
  void Restart(SteadyTime now) { last_ = now; }

 private:
  const SteadyTime::duration tick_;
  SteadyTime last_;
};

}  // namespace biglittle
