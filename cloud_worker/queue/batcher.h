// Between intake and compute: the work queue, shared by threads that wait for what it gives out.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cloud_worker/queue/batch_policy.h"
#include "cloud_worker/queue/drain_rate.h"
#include "cloud_worker/queue/inbox.h"
#include "cloud_worker/queue/work_item.h"
#include "cloud_worker/queue/work_monitor.h"
#include "cloud_worker/queue/work_queue.h"
#include "core/clock.h"

namespace biglittle {

// Thread-safe: any number of threads push, any number take batches, one what has expired.
class Batcher {
 public:
  // `capacity` counts the items of all tasks together; `threads` take batches, and check the
  // messages of `inbox` while there are none. `monitor`, which is also the inbox's, `inbox` and
  // `clock` must outlive it.
  Batcher(WorkMonitor& monitor, Inbox& inbox, const Clock& clock, BatchLimits limits,
          std::size_t capacity, std::size_t threads);

  // The items that have no room: of `items`, all of them when closed, or less urgent ones that they
  // displaced.
  [[nodiscard]] std::vector<WorkItem> Push(std::vector<WorkItem> items);

  // Waits for the next batch, checking messages meanwhile; nullopt once closed and empty. Nothing
  // in it has expired.
  std::optional<Batch> Next();

  // Waits until items expire, however busy those are who take batches; nullopt once closed and
  // empty. At least one item. One thread at a time.
  std::optional<std::vector<WorkItem>> NextExpired();

  // A batch of `readings` readings has been computed.
  void Computed(const std::string& task, std::size_t readings, SteadyTime::duration compute_time);

  // What a reading of the task costs the net, as far as that is known.
  SteadyTime::duration CostOf(const std::string& task) const;

  // When one that has no room may find some, by how fast the queue empties.
  Milliseconds RetryAfter() const;

  // Nothing is taken any more; what waits is dispatched without further delay.
  void Close();
  // Close, and what waits is given back instead of dispatched.
  std::vector<WorkItem> Abandon();

  std::size_t size() const;

 private:
  void MoveExpiredLocked(SteadyTime now);
  bool EndedLocked() const { return closed_ && queue_.size() == 0 && expired_.empty(); }

  WorkMonitor& monitor_;
  Inbox& inbox_;
  const Clock& clock_;

  // Protected by the monitor's mutex.
  std::condition_variable expiry_due_;
  WorkQueue queue_;
  std::vector<WorkItem> expired_;  // taken out of the queue, not given out yet
  // Until when NextExpired sleeps at most. What expires later need not wake it, so that most pushes
  // wake one thread and not two.
  SteadyTime expiry_wake_ = SteadyTime::max();
  DrainRate drain_rate_;
  bool closed_ = false;
};

}  // namespace biglittle
