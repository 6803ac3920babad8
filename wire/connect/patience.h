// How long one waits for a broker or another peer. For use as tcp_connect.h says.
#pragma once

#include <chrono>
#include <functional>

#include "core/clock.h"

namespace biglittle::wire {

// Until when one waits, and what ends the wait before. All waits are in short steps.
struct Patience {
  SteadyTime deadline;
  const std::function<bool()>& cancelled;

  bool over() const { return cancelled() || std::chrono::steady_clock::now() >= deadline; }
};

}  // namespace biglittle::wire
