// Can an escalation still be answered in time? If not it is not sent: that would be work for
// nothing.
//
// Knows no clock: the caller says what time it is. Not thread-safe.
#pragma once

#include <map>
#include <optional>

#include "core/clock.h"

namespace biglittle {

class TimeGate {
 public:
  // `hysteresis`: once closed, the gate opens again when the round trip, longer by this share of
  // itself, would be in time.
  TimeGate(double hysteresis, Milliseconds probe_interval)
      : hysteresis_(hysteresis), probe_interval_(probe_interval) {}

  // `round_trip`: what an answer is expected to take, nullopt if that is not known, which opens the
  // gate. `deadline` is the reading's own: readings of different deadlines have gates of their own,
  // for what is too late for one may be in time for another. While a gate is closed one reading a
  // probe interval passes, for without any nobody would learn that the way is free again.
  bool Admit(Milliseconds deadline, SteadyTime::duration time_left,
             std::optional<SteadyTime::duration> round_trip, SteadyTime now);

 private:
  struct State {
    bool closed = false;
    SteadyTime next_probe;
  };

  const double hysteresis_;
  const Milliseconds probe_interval_;
  std::map<Milliseconds, State> states_;  // as many as there are deadlines in the configuration
};

}  // namespace biglittle
