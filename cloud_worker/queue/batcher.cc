#include "cloud_worker/queue/batcher.h"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <utility>
#include <variant>

#include "absl/cleanup/cleanup.h"

namespace biglittle {
namespace {

// What it costs to take a message in, in the inbox's measure: checking a plain window takes about
// that long.
std::size_t BytesWorth(SteadyTime::duration time) {
  constexpr std::int64_t kBytesAMicrosecond = 1024;
  return static_cast<std::size_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count() * kBytesAMicrosecond);
}

}  // namespace

Batcher::Batcher(BatchLimits limits, std::size_t capacity, std::size_t threads, const Clock& clock,
                 std::size_t inbox, TakeIn take_in)
    : clock_(clock),
      take_in_(std::move(take_in)),
      inbox_({.elements = inbox, .bytes = kMaxInboxBytes}),
      queue_(limits, capacity),
      drain_rate_(threads) {}

bool Batcher::Offer(const std::string& device, wire::Message&& message) {
  bool somebody_idle = false;
  {
    const std::lock_guard lock(mutex_);
    const std::size_t bytes = message.payload.size();
    if (inbox_closed_ || !inbox_.Push(device, bytes, std::move(message))) return false;
    somebody_idle = idle_ > 0;
  }
  (somebody_idle ? batch_due_ : intake_due_).notify_one();
  return true;
}

void Batcher::TakeInMessages() {
  std::unique_lock lock(mutex_);
  for (;;) {
    intake_due_.wait(lock,
                     [this] { return !inbox_.empty() || (inbox_closed_ && taking_in_ == 0); });
    if (inbox_.empty()) return;
    TakeInLocked(lock);
  }
}

// One message, with the lock released meanwhile.
void Batcher::TakeInLocked(std::unique_lock<std::mutex>& lock) {
  const FairQueue<wire::Message>::Taken taken = inbox_.Pop();
  ++taking_in_;
  lock.unlock();
  const SteadyTime begin = clock_.Now();
  // Whatever comes of it: whoever stops waits for those who take in.
  const absl::Cleanup done = [this, &lock, &taken, begin] {
    const SteadyTime::duration took = clock_.Now() - begin;
    lock.lock();
    inbox_.Charge(taken.sender, BytesWorth(took));
    --taking_in_;
    if (inbox_closed_) intake_due_.notify_all();
  };
  take_in_(taken.element);
}

void Batcher::CloseInbox() {
  {
    const std::lock_guard lock(mutex_);
    inbox_closed_ = true;
  }
  intake_due_.notify_all();
}

std::size_t Batcher::inbox_size() const {
  const std::lock_guard lock(mutex_);
  return inbox_.size();
}

std::vector<WorkItem> Batcher::Push(std::vector<WorkItem> items) {
  std::vector<WorkItem> refused;
  bool expires_first = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return items;
    MoveExpiredLocked(clock_.Now());  // what has expired takes nobody's place
    for (WorkItem& item : items) {
      if (auto left = queue_.Push(std::move(item))) refused.push_back(*std::move(left));
    }
    const std::optional<SteadyTime> earliest = queue_.earliest_expiry();
    expires_first = earliest && *earliest < expiry_wake_;
  }
  batch_due_.notify_one();  // and that one the next, if it leaves some
  if (expires_first) expiry_due_.notify_one();
  return refused;
}

std::optional<Batch> Batcher::Next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const SteadyTime now = clock_.Now();
    MoveExpiredLocked(now);
    WorkQueue::Turn turn = queue_.Next(now, closed_);
    if (auto* batch = std::get_if<Batch>(&turn)) {
      // Whoever was woken for these may have left more behind than it takes.
      if (queue_.size() > 0) batch_due_.notify_one();
      if (closed_) expiry_due_.notify_all();
      // This thread was told of them too, and has no time for them now.
      if (!inbox_.empty()) intake_due_.notify_one();
      return std::move(*batch);
    }
    if (!inbox_.empty()) {
      TakeInLocked(lock);
      continue;
    }
    if (closed_) return std::nullopt;
    ++idle_;
    if (const auto* wait = std::get_if<WaitUntil>(&turn)) {
      batch_due_.wait_until(lock, wait->at);
    } else {
      batch_due_.wait(lock);
    }
    --idle_;
  }
}

std::optional<std::vector<WorkItem>> Batcher::NextExpired() {
  std::unique_lock lock(mutex_);
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
  const std::lock_guard lock(mutex_);
  queue_.Computed(task, readings, compute_time);
  drain_rate_.Computed(readings, compute_time);
}

SteadyTime::duration Batcher::CostOf(const std::string& task) const {
  const std::lock_guard lock(mutex_);
  return queue_.CostOf(task);
}

Milliseconds Batcher::RetryAfter() const {
  const std::lock_guard lock(mutex_);
  return drain_rate_.RetryAfter(queue_.size());
}

void Batcher::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  batch_due_.notify_all();
  expiry_due_.notify_all();
}

std::vector<WorkItem> Batcher::Abandon() {
  Close();
  std::vector<WorkItem> rest;
  {
    const std::lock_guard lock(mutex_);
    rest = queue_.TakeRest();
  }
  batch_due_.notify_all();
  expiry_due_.notify_all();
  return rest;
}

std::size_t Batcher::size() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

}  // namespace biglittle
