// The messages that arrived and that nobody has checked yet: bounded in number and in bytes, the
// devices served in turn.
//
// A thread that has nothing to compute checks messages itself, and goes on with what comes of them:
// that spares the wake-up between the two. While all are computing, the intake thread does it
// (compare leader and followers: Schmidt et al., "Pattern-Oriented Software Architecture 2", 2000).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <string>

#include "cloud_worker/queue/fair_queue.h"
#include "cloud_worker/queue/work_monitor.h"
#include "core/clock.h"
#include "wire/message.h"

namespace biglittle {

// Thread-safe.
class Inbox {
 public:
  // Checks a message and queues what is in it; called by several threads at once, without the lock.
  using Check = std::function<void(const wire::Message&)>;

  // Of the payloads that wait, together; one alone may have more. No device may have more of it, or
  // of the messages, than is still free.
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20U;

  // At most `messages` wait, of kMaxBytes. `monitor` and `clock` must outlive it.
  Inbox(WorkMonitor& monitor, const Clock& clock, std::size_t messages, Check check);

  // False, and `message` as it was, if too many of `device` wait or the inbox is closed. Returns at
  // once.
  [[nodiscard]] bool Offer(const std::string& device, wire::Message&& message);

  // What the intake thread does: checks what those who compute leave; returns once the inbox is
  // closed and empty, and nobody checks any more.
  void Serve();

  // No more messages. What waits is still checked.
  void Close();

  std::size_t size() const;

  // For whoever holds the monitor's lock.
  //
  bool HasMessages() const { return !waiting_.empty(); }
  // One message, with the lock released meanwhile. HasMessages() said yes.
  void CheckOne(WorkMonitor::Lock& lock);
  // The caller has no time for the messages that it was woken for too.
  void LeaveToIntake();

 private:
  WorkMonitor& monitor_;
  const Clock& clock_;
  const Check check_;

  // Protected by the monitor's mutex.
  std::condition_variable intake_due_;
  FairQueue<wire::Message> waiting_;
  std::size_t checking_ = 0;  // threads that do
  bool closed_ = false;
};

}  // namespace biglittle
