// Which reading goes first, when is a batch dispatched, and how large is it? Pure functions: no
// thread, clock or lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "core/clock.h"

namespace biglittle {

struct BatchLimits {
  std::size_t max_batch_size = 1;   // >= 1
  Milliseconds max_queue_delay{0};  // how long the oldest may wait for companions
};

// What decides a reading's place in the queue.
struct Urgency {
  std::uint32_t priority = 0;  // greater goes first
  SteadyTime expires_at;
  std::uint64_t arrival = 0;  // number in order of arrival; breaks ties
};

// Prioritised first, of equals the earliest deadline, of equals the first come. A strict order.
bool MoreUrgent(const Urgency& a, const Urgency& b);

// One task's queue as the policy sees it.
struct QueueView {
  std::size_t waiting = 0;
  SteadyTime oldest_arrival;                            // only if waiting > 0
  SteadyTime earliest_expiry = SteadyTime::max();       // of those that wait
  double companions = 0;                                // expected within max_queue_delay
  SteadyTime::duration compute_time = Milliseconds(0);  // that a batch takes; 0: not known yet
};

struct Idle {};
struct WaitUntil {
  SteadyTime at;
};
struct Dispatch {
  std::size_t count;
};
using BatchDecision = std::variant<Idle, WaitUntil, Dispatch>;

// How long to wait for `companions` expected readings: not at all for one or fewer, as then most
// waits would be in vain; the whole max_queue_delay for two or more; in between in proportion.
SteadyTime::duration WorthwhileDelay(const BatchLimits& limits, double companions);

// Dispatches when a full batch waits, the oldest has waited the worthwhile delay or twice what a
// batch takes (who comes later finds the net idle again), or the batch must begin now to end before
// the earliest deadline; at most max_batch_size at once. Otherwise says until when to wait.
BatchDecision DecideBatch(const QueueView& queue, const BatchLimits& limits, SteadyTime now);

}  // namespace biglittle
