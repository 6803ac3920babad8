// Between intake and compute: the work queue, shared by threads that wait for what it gives out,
// and the messages before it that nobody has taken in yet. Both serve the devices in turn.
//
// A thread that has nothing to compute takes messages in itself, and goes on with what comes of
// them: that spares the wake-up between the two. While all are computing, the intake thread does it
// (compare leader and followers: Schmidt et al., "Pattern-Oriented Software Architecture 2", 2000).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cloud_worker/queue/batch_policy.h"
#include "cloud_worker/queue/drain_rate.h"
#include "cloud_worker/queue/fair_queue.h"
#include "cloud_worker/queue/work_item.h"
#include "cloud_worker/queue/work_queue.h"
#include "core/clock.h"
#include "wire/message.h"

namespace biglittle {

// Thread-safe: any number of threads push, any number take batches, one what has expired.
class Batcher {
 public:
  // Checks a message and pushes what is in it; called by several threads at once.
  using TakeIn = std::function<void(const wire::Message&)>;

  // Of the payloads that wait to be taken in, together; one alone may have more. No device may have
  // more of it, or of the messages, than is still free.
  static constexpr std::size_t kMaxInboxBytes = std::size_t{32} << 20U;

  // `capacity` counts the items of all tasks together; `threads` take batches. At most `inbox`
  // messages wait to be taken in, of kMaxInboxBytes.
  Batcher(BatchLimits limits, std::size_t capacity, std::size_t threads, const Clock& clock,
          std::size_t inbox = 0, TakeIn take_in = {});

  // False, and `message` as it was, if too many of `device` wait or the inbox is closed. Returns at
  // once.
  [[nodiscard]] bool Offer(const std::string& device, wire::Message&& message);
  // What the intake thread does: takes in what those who compute leave; returns once the inbox is
  // closed and empty.
  void TakeInMessages();
  // No more messages. What waits is still taken in.
  void CloseInbox();
  std::size_t inbox_size() const;

  // The items that have no room: of `items`, all of them when closed, or less urgent ones that they
  // displaced.
  [[nodiscard]] std::vector<WorkItem> Push(std::vector<WorkItem> items);

  // Waits for the next batch, taking messages in meanwhile; nullopt once closed and empty. Nothing
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
  void TakeInLocked(std::unique_lock<std::mutex>& lock);
  bool EndedLocked() const { return closed_ && queue_.size() == 0 && expired_.empty(); }

  // Constant after construction.
  const Clock& clock_;
  const TakeIn take_in_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable batch_due_;
  std::condition_variable expiry_due_;
  std::condition_variable intake_due_;
  FairQueue<wire::Message> inbox_;
  bool inbox_closed_ = false;
  std::size_t taking_in_ = 0;  // threads that do
  std::size_t idle_ = 0;       // threads that wait for a batch
  WorkQueue queue_;
  std::vector<WorkItem> expired_;  // taken out of the queue, not given out yet
  // Until when NextExpired sleeps at most. What expires later need not wake it, so that most pushes
  // wake one thread and not two.
  SteadyTime expiry_wake_ = SteadyTime::max();
  DrainRate drain_rate_;
  bool closed_ = false;
};

}  // namespace biglittle
