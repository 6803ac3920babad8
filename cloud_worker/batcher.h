// Between intake and compute: a bounded queue for each task, emptied in batches as the batch policy
// says.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "cloud_worker/batch_policy.h"
#include "cloud_worker/work_item.h"
#include "core/clock.h"

namespace biglittle {

// Thread-safe: any number of threads push, any number take batches.
class Batcher {
 public:
  // `capacity` counts the items of all tasks together.
  Batcher(BatchLimits limits, std::size_t capacity, const Clock& clock);

  // False if the batcher is full or closed; `item` is then left as it was.
  [[nodiscard]] bool TryPush(WorkItem&& item);

  // Waits for the next batch; nullopt once closed and empty. Several tasks that are due are served
  // the longest waiting first.
  std::optional<Batch> Next();

  // Nothing is taken any more; what waits is dispatched without further delay.
  void Close();

  std::size_t size() const;

 private:
  using Queue = std::deque<WorkItem>;

  Batch TakeLocked(const std::string& task, Queue& queue, std::size_t count);

  // Constant after construction.
  const BatchLimits limits_;
  const std::size_t capacity_;
  const Clock& clock_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, Queue> queues_;
  std::size_t size_ = 0;
  bool closed_ = false;
};

}  // namespace biglittle
