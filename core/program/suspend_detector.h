// Tells time that passed from time in which the process could run: a process that was suspended (by
// a signal, with its machine, for want of processor time) does not hang.
#pragma once

#include "core/clock.h"

namespace biglittle {

// For a thread that polls every `tick` or more often. Knows no clock; not thread-safe.
class SuspendDetector {
 public:
  SuspendDetector(SteadyTime::duration tick, SteadyTime now) : tick_(tick), last_(now) {}

  // How long the process was suspended since the last poll; 0 if the poll is not late by more than
  // a tick.
  SteadyTime::duration Poll(SteadyTime now) {
    const SteadyTime::duration late = now - last_ - tick_;
    last_ = now;
    return late > tick_ ? late : SteadyTime::duration::zero();
  }
  // The thread was busy elsewhere: polls count from now on.
  void Restart(SteadyTime now) { last_ = now; }

 private:
  const SteadyTime::duration tick_;
  SteadyTime last_;
};

}  // namespace biglittle
