// When is a batch dispatched, and how large is it? A pure function: no thread, clock or lock.
#pragma once

#include <cstddef>
#include <variant>

#include "core/clock.h"

namespace biglittle {

struct BatchLimits {
  std::size_t max_batch_size = 1;   // >= 1
  Milliseconds max_queue_delay{0};  // how long the oldest may wait for companions
};

// One task's queue as the policy sees it.
struct QueueView {
  std::size_t waiting = 0;
  SteadyTime oldest_arrival;  // only if waiting > 0
};

struct Idle {};
struct WaitUntil {
  SteadyTime at;
};
struct Dispatch {
  std::size_t count;
};
using BatchDecision = std::variant<Idle, WaitUntil, Dispatch>;

// Dispatches when a full batch waits or the oldest has waited max_queue_delay, at most
// max_batch_size at once; otherwise says until when to wait.
BatchDecision DecideBatch(const QueueView& queue, const BatchLimits& limits, SteadyTime now);

}  // namespace biglittle
