#include "cloud_worker/queue/batch_policy.h"

#include <algorithm>
#include <chrono>
#include <tuple>

namespace biglittle {

bool MoreUrgent(const Urgency& a, const Urgency& b) {
  return std::tie(b.priority, a.expires_at, a.arrival) <
         std::tie(a.priority, b.expires_at, b.arrival);
}

SteadyTime::duration WorthwhileDelay(const BatchLimits& limits, double companions) {
  const double share = std::clamp(companions - 1.0, 0.0, 1.0);
  return std::chrono::duration_cast<SteadyTime::duration>(share * limits.max_queue_delay);
}

BatchDecision DecideBatch(const QueueView& queue, const BatchLimits& limits, SteadyTime now) {
  if (queue.waiting == 0) return Idle{};
  SteadyTime::duration delay = WorthwhileDelay(limits, queue.companions);
  if (queue.compute_time > SteadyTime::duration::zero()) {
    delay = std::min(delay, 2 * queue.compute_time);
  }
  const SteadyTime waited = queue.oldest_arrival + delay;
  const SteadyTime due = std::min(waited, queue.earliest_expiry - queue.compute_time);
  if (queue.waiting >= limits.max_batch_size || due <= now) {
    return Dispatch{std::min(queue.waiting, limits.max_batch_size)};
  }
  return WaitUntil{due};
}

}  // namespace biglittle
