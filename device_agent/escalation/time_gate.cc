#include "device_agent/escalation/time_gate.h"

#include <chrono>

namespace biglittle {

bool TimeGate::Admit(Milliseconds deadline, SteadyTime::duration time_left,
                     std::optional<SteadyTime::duration> round_trip, SteadyTime now) {
  State& state = states_[deadline];
  using Seconds = std::chrono::duration<double>;
  const Seconds needed = round_trip.value_or(SteadyTime::duration::zero());
  const bool in_time = needed * (state.closed ? 1.0 + hysteresis_ : 1.0) <= Seconds(time_left);
  if (in_time) {
    state.closed = false;
    return true;
  }
  if (!state.closed) {
    state.closed = true;
    state.next_probe = now + probe_interval_;
    return false;
  }
  if (now < state.next_probe) return false;
  state.next_probe = now + probe_interval_;
  return true;
}

}  // namespace biglittle
