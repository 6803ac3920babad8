// The inbox of a live source: what waits for the little net, and what became of the source.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

#include "core/clock.h"
#include "core/fleet/source_config.h"
#include "core/log_limit.h"
#include "device_agent/intake/dropped_readings.h"
#include "device_agent/intake/intake.h"
#include "device_agent/sources/live_source.h"

namespace biglittle {

// Thread-safe.
class BoundedInbox final : public SampleInbox {
 public:
  struct Options {
    std::string device;         // for the log
    std::size_t capacity = 64;  // windows that wait
    WhenFull when_full = WhenFull::kDropOldest;
    std::size_t window_bytes = 0;       // of the task; what is larger is kept without its values
    std::optional<std::uint64_t> most;  // so many windows, then the source has ended
  };
  // `wake` is called, from any thread, when something can be taken or the source has ended, until
  // Close has returned. It may not call the inbox.
  BoundedInbox(const Options& options, const Clock& clock, std::function<void()> wake);

  // The source's side.
  void Put(Sample sample, SteadyTime captured_at) override;
  bool full() const override;
  void Gap(std::uint64_t values) override;
  void Refuse(std::string_view reason, const std::string& what) override;
  void OffRate(const std::string& what) override;
  void Spare() override;
  void Fail(absl::Status why) override;
  void End() override;

  // The agent's side.
  //
  Arrivals Take();
  bool empty() const;
  // Of the first window that waits.
  std::optional<SteadyTime> next_captured_at() const;
  // "source_gap_values", "source_off_rate", "source_spared_windows", "source_refused_<reason>":
  // those that there were.
  void AddCounters(std::map<std::string, std::uint64_t>& counters) const;
  // From now on nothing is heard; what waits can still be taken.
  void Close();

  // The supervisor's side.
  //
  // Waits until the source fails, and why, told once; OK: it is to be started anew all the same.
  // nullopt: it has ended, or nobody listens any more.
  std::optional<absl::Status> WaitForFailure();
  // Waits for a while, unless the source is to be started anew; false: it is over, no need to wait.
  bool Pause(Milliseconds pause);
  // The source is to be started anew. False: it is over.
  bool AskRestart();
  // How many windows came, so far.
  std::uint64_t came() const;
  bool ended() const;

 private:
  struct Waiting {
    Sample sample;
    SteadyTime captured_at;
    std::uint64_t number;  // of all that came
  };

  void Enqueue(Sample sample, SteadyTime captured_at);  // under the lock
  bool over() const { return ended_ || closed_; }       // under the lock
  void Wake();                                          // without it

  // Constant after construction.
  const Options options_;
  const Clock& clock_;

  // Protected by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable news_;  // failed, ended or closed
  std::deque<Waiting> waiting_;
  DroppedReadings dropped_;
  std::uint64_t came_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t off_rate_ = 0;
  std::uint64_t spared_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> refused_;  // by reason
  std::optional<absl::Status> failure_;
  bool restart_ = false;
  bool ended_ = false;
  bool closed_ = false;

  // Protected by wake_mutex_, so that nobody is woken after Close.
  std::mutex wake_mutex_;
  std::function<void()> wake_;

  // Thread-safe.
  LogLimit refusal_said_{std::chrono::minutes(1)};
  LogLimit off_rate_said_{std::chrono::minutes(1)};
};

}  // namespace biglittle
