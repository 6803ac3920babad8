// The threads that compute batches, and the watchdog over them: a thread whose inference hangs
// answers for its readings, is left behind and gets a successor, a few times; then the pool gives
// up.
//
// It knows no net: what to compute, and with what, comes as functions.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"

namespace biglittle {

// Thread-safe.
class ComputePool {
 public:
  struct Options {
    std::size_t threads = 1;
    // A batch that takes longer hangs; time in which the whole process stood still does not count.
    Milliseconds inference_timeout{10'000};
    std::size_t max_replacements = 3;  // of hung threads, in the pool's life
  };
  // A batch that was computed.
  struct Computed {
    std::string task;
    std::vector<Answer> answers;
    SteadyTime::duration compute_time;
  };
  // Called on the pool's threads, several at once, never after the pool's end but for a `classify`
  // that hangs.
  struct Work {
    std::function<std::optional<Batch>()> next;          // waits; nullopt: there are no more
    std::function<std::vector<Answer>(Batch)> classify;  // one answer for each item
    std::function<void(Computed)> deliver;
    // `classify` hung, or the pool's end came before its result; the answers refuse its readings.
    std::function<void(std::vector<Answer>)> hung;
    // `classify` ended by an exception; likewise.
    std::function<void(std::vector<Answer>, absl::Status)> failed;
    // Before a thread that hung with a batch of `task` gets a successor.
    std::function<absl::Status(const std::string& task)> renew;
    // No successor: too many threads hung, or renew failed; or a thread ended by an exception of
    // another function than `classify`. The other threads go on.
    std::function<void(absl::Status)> gave_up;
  };

  // Starts the threads; fewer, which is logged, if the machine has no more. Throws
  // std::system_error if it has none.
  ComputePool(const Options& options, Work work);
  ~ComputePool();  // Finish, with what is being computed given up
  ComputePool(const ComputePool&) = delete;
  ComputePool& operator=(const ComputePool&) = delete;

  // Waits until every thread has come to the end of `next`, which must end. What is being computed
  // at `deadline` is given up as hung, and nothing begins after that. Idempotent.
  void Finish(SteadyTime deadline);

  // Threads that were left behind and may still run: none can be joined, so the process should end
  // without destroying what it shares with them.
  std::size_t abandoned() const;

 private:
  struct Thread;
  struct Shared;

  void StartThreads();
  void StartThread();
  void Watch();
  // A thread that hung with a batch of `task`.
  void Replace(const std::string& task);
  static void Compute(const std::shared_ptr<Shared>& shared, const std::shared_ptr<Thread>& self);
  static void ComputeBatches(Shared& shared, Thread& self);

  // Shared with the threads, which may outlive the pool.
  const std::shared_ptr<Shared> shared_;
  std::size_t replacements_ = 0;  // the watchdog's
  bool gave_up_ = false;          // the watchdog's
  std::thread watchdog_;
};

}  // namespace biglittle
