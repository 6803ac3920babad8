#include "cloud_worker/queue/batcher.h"

#include <iterator>
#include <utility>
#include <variant>

namespace biglittle {

Batcher::Batcher(WorkMonitor& monitor, Inbox& inbox, const Clock& clock, BatchLimits limits,
                 std::size_t capacity, std::size_t threads)
    : monitor_(monitor),
      inbox_(inbox),
      clock_(clock),
      queue_(limits, capacity),
      drain_rate_(threads) {}

std::vector<WorkItem> Batcher::Push(std::vector<WorkItem> items) {
  std::vector<WorkItem> refused;
  bool expires_first = false;
  {
    const WorkMonitor::Lock lock(monitor_.mutex);
    if (closed_) return items;
    MoveExpiredLocked(clock_.Now());  // what has expired takes nobody's place
    for (WorkItem& item : items) {
      if (auto left = queue_.Push(std::move(item))) refused.push_back(*std::move(left));
    }
    const std::optional<SteadyTime> earliest = queue_.earliest_expiry();
    expires_first = earliest && *earliest < expiry_wake_;
  }
  monitor_.compute_due.notify_one();  // and that one the next, if it leaves some
  if (expires_first) expiry_due_.notify_one();
  return refused;
}

std::optional<Batch> Batcher::Next() {
  WorkMonitor::Lock lock(monitor_.mutex);
  for (;;) {
    const SteadyTime now = clock_.Now();
    MoveExpiredLocked(now);
    WorkQueue::Turn turn = queue_.Next(now, closed_);
    if (auto* batch = std::get_if<Batch>(&turn)) {
      // Whoever was woken for these may have left more behind than it takes.
      if (queue_.size() > 0) monitor_.compute_due.notify_one();
      if (closed_) expiry_due_.notify_all();
      inbox_.LeaveToIntake();
      return std::move(*batch);
    }
    if (inbox_.HasMessages()) {
      inbox_.CheckOne(lock);
      continue;
    }
    if (closed_) return std::nullopt;
    ++monitor_.idle;
    if (const auto* wait = std::get_if<WaitUntil>(&turn)) {
      monitor_.compute_due.wait_until(lock, wait->at);
    } else {
      monitor_.compute_due.wait(lock);
    }
    --monitor_.idle;
  }
}

std::optional<std::vector<WorkItem>> Batcher::NextExpired() {
  WorkMonitor::Lock lock(monitor_.mutex);
  for (;;) {
    MoveExpiredLocked(clock_.Now());
    if (!expired_.empty()) return std::exchange(expired_, {});
    if (EndedLocked()) return std::nullopt;
    expiry_wake_ = queue_.earliest_expiry().value_or(SteadyTime::max());
    if (expiry_wake_ < SteadyTime::max()) {
      expiry_due_.wait_until(lock, expiry_wake_);
    } else {
      expiry_due_.wait(lock);
    }
  }
}

void Batcher::MoveExpiredLocked(SteadyTime now) {
  std::vector<WorkItem> expired = queue_.TakeExpired(now);
  if (expired.empty()) return;
  expired_.insert(expired_.end(), std::make_move_iterator(expired.begin()),
                  std::make_move_iterator(expired.end()));
  expiry_due_.notify_one();
}

void Batcher::Computed(const std::string& task, std::size_t readings,
                       SteadyTime::duration compute_time) {
  const WorkMonitor::Lock lock(monitor_.mutex);
  queue_.Computed(task, readings, compute_time);
  drain_rate_.Computed(readings, compute_time);
}

SteadyTime::duration Batcher::CostOf(const std::string& task) const {
  const WorkMonitor::Lock lock(monitor_.mutex);
  return queue_.CostOf(task);
}

Milliseconds Batcher::RetryAfter() const {
  const WorkMonitor::Lock lock(monitor_.mutex);
  return drain_rate_.RetryAfter(queue_.size());
}

void Batcher::Close() {
  {
    const WorkMonitor::Lock lock(monitor_.mutex);
    closed_ = true;
  }
  monitor_.compute_due.notify_all();
  expiry_due_.notify_all();
}

std::vector<WorkItem> Batcher::Abandon() {
  Close();
  std::vector<WorkItem> rest;
  {
    const WorkMonitor::Lock lock(monitor_.mutex);
    rest = queue_.TakeRest();
  }
  monitor_.compute_due.notify_all();
  expiry_due_.notify_all();
  return rest;
}

std::size_t Batcher::size() const {
  const WorkMonitor::Lock lock(monitor_.mutex);
  return queue_.size();
}

}  // namespace biglittle
