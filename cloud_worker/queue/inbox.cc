#include "cloud_worker/queue/inbox.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "absl/cleanup/cleanup.h"

namespace biglittle {
namespace {

// What it costs to check a message, in the inbox's measure: checking a plain window takes about
// that long.
std::size_t BytesWorth(SteadyTime::duration time) {
  constexpr std::int64_t kBytesAMicrosecond = 1024;
  return static_cast<std::size_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count() * kBytesAMicrosecond);
}

}  // namespace

Inbox::Inbox(WorkMonitor& monitor, const Clock& clock, std::size_t messages, Check check)
    : monitor_(monitor),
      clock_(clock),
      check_(std::move(check)),
      waiting_({.elements = messages, .bytes = kMaxBytes}) {}

bool Inbox::Offer(const std::string& device, wire::Message&& message) {
  bool somebody_idle = false;
  {
    const WorkMonitor::Lock lock(monitor_.mutex);
    const std::size_t bytes = message.payload.size();
    if (closed_ || !waiting_.Push(device, bytes, std::move(message))) return false;
    somebody_idle = monitor_.idle > 0;
  }
  (somebody_idle ? monitor_.compute_due : intake_due_).notify_one();
  return true;
}

void Inbox::Serve() {
  WorkMonitor::Lock lock(monitor_.mutex);
  for (;;) {
    intake_due_.wait(lock, [this] { return HasMessages() || (closed_ && checking_ == 0); });
    if (!HasMessages()) return;
    CheckOne(lock);
  }
}

void Inbox::CheckOne(WorkMonitor::Lock& lock) {
  const FairQueue<wire::Message>::Taken taken = waiting_.Pop();
  ++checking_;
  lock.unlock();
  const SteadyTime begin = clock_.Now();
  // Whatever comes of it: whoever stops waits for those who check.
  const absl::Cleanup done = [this, &lock, &taken, begin] {
    const SteadyTime::duration took = clock_.Now() - begin;
    lock.lock();
    waiting_.Charge(taken.sender, BytesWorth(took));
    --checking_;
    if (closed_) intake_due_.notify_all();
  };
  check_(taken.element);
}

void Inbox::LeaveToIntake() {
  if (HasMessages()) intake_due_.notify_one();
}

void Inbox::Close() {
  {
    const WorkMonitor::Lock lock(monitor_.mutex);
    closed_ = true;
  }
  intake_due_.notify_all();
}

std::size_t Inbox::size() const {
  const WorkMonitor::Lock lock(monitor_.mutex);
  return waiting_.size();
}

}  // namespace biglittle
