#include "cloud_worker/batch_policy.h"

#include <algorithm>

namespace biglittle {

BatchDecision DecideBatch(const QueueView& queue, const BatchLimits& limits, SteadyTime now) {
  if (queue.waiting == 0) return Idle{};
  const SteadyTime due = queue.oldest_arrival + limits.max_queue_delay;
  if (queue.waiting >= limits.max_batch_size || due <= now) {
    return Dispatch{std::min(queue.waiting, limits.max_batch_size)};
  }
  return WaitUntil{due};
}

}  // namespace biglittle
