#include "cloud_worker/batcher.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace biglittle {

Batcher::Batcher(BatchLimits limits, std::size_t capacity, const Clock& clock)
    : limits_(limits), capacity_(capacity), clock_(clock) {}

bool Batcher::TryPush(WorkItem&& item) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || size_ >= capacity_) return false;
    queues_[item.task].push_back(std::move(item));
    ++size_;
  }
  changed_.notify_one();
  return true;
}

std::optional<Batch> Batcher::Next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const BatchLimits limits = closed_ ? BatchLimits{limits_.max_batch_size, {}} : limits_;
    const SteadyTime now = clock_.Now();
    std::map<std::string, Queue>::iterator due = queues_.end();
    std::size_t due_count = 0;
    std::optional<SteadyTime> wake;
    for (auto at = queues_.begin(); at != queues_.end(); ++at) {
      const Queue& queue = at->second;
      const QueueView view{queue.size(), queue.empty() ? now : queue.front().arrived_at};
      const BatchDecision decision = DecideBatch(view, limits, now);
      if (const auto* dispatch = std::get_if<Dispatch>(&decision)) {
        if (due == queues_.end() || view.oldest_arrival < due->second.front().arrived_at) {
          due = at;
          due_count = dispatch->count;
        }
      } else if (const auto* wait = std::get_if<WaitUntil>(&decision)) {
        wake = wake ? std::min(*wake, wait->at) : wait->at;
      }
    }
    if (due != queues_.end()) return TakeLocked(due->first, due->second, due_count);
    if (closed_) return std::nullopt;
    if (wake) {
      changed_.wait_until(lock, *wake);
    } else {
      changed_.wait(lock);
    }
  }
}

Batch Batcher::TakeLocked(const std::string& task, Queue& queue, std::size_t count) {
  Batch batch{task, {}};
  batch.items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    batch.items.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  size_ -= count;
  return batch;
}

void Batcher::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

std::size_t Batcher::size() const {
  const std::lock_guard lock(mutex_);
  return size_;
}

}  // namespace biglittle
