// Keeps a live source going, on a thread of the source's own.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/log_limit.h"
#include "device_agent/intake/bounded_inbox.h"
#include "device_agent/sources/live_source.h"

namespace biglittle {

// A source that fails is stopped and started again after a pause, which doubles with each failure
// in a row; whoever delivered a window meanwhile begins anew.
class SourceSupervisor {
 public:
  struct Options {
    std::string device;  // for the log
    // Between a failure and the next start; the first one is the source's own.
    Milliseconds longest_pause{30'000};
  };
  // `wake` as BoundedInbox's.
  SourceSupervisor(std::unique_ptr<LiveSource> source, const BoundedInbox::Options& inbox,
                   Options options, std::function<void()> wake);

  // The source's thread: returns when the source has ended, or was asked to stop, and is stopped.
  void Run();

  // Thread-safe.
  BoundedInbox& inbox() { return inbox_; }
  const BoundedInbox& inbox() const { return inbox_; }
  // Run is to return. What waits in the inbox can still be taken.
  void AskToStop() { inbox_.Close(); }
  // Run has returned; false: not by then.
  bool WaitUntilDone(SteadyTime deadline);
  // Why the source has failed, while it is not well again: "" where it is.
  std::string Trouble() const;
  std::uint64_t failures() const;
  // Somebody wants the source to be started anew, which is no failure of it. FailedPrecondition: it
  // has ended.
  absl::Status Restart();
  std::uint64_t restarts() const;

 private:
  std::optional<absl::Status> RunOnce();
  void NoteFailure(const absl::Status& why, Milliseconds pause);

  const Options options_;
  const std::unique_ptr<LiveSource> source_;  // its thread's
  BoundedInbox inbox_;
  LogLimit said_{std::chrono::minutes(1)};

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::string trouble_;
  std::uint64_t failed_at_ = 0;  // how many windows had come by then
  std::uint64_t failures_ = 0;
  std::uint64_t restarts_ = 0;
  bool done_ = false;
};

}  // namespace biglittle
