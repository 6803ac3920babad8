// A live source that does what the test says, on whatever thread the test says it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include "absl/status/status.h"

#include "device_agent/sources/live_source.h"

namespace biglittle {

class ScriptedLiveSource final : public LiveSource {
 public:
  // Called by Start, with how often it was called before, and by Stop.
  using OnStart = std::function<absl::Status(SampleInbox&, int)>;
  explicit ScriptedLiveSource(
      OnStart on_start, std::function<void()> on_stop = [] {})
      : on_start_(std::move(on_start)), on_stop_(std::move(on_stop)) {}

  absl::Status Start(SampleInbox& inbox) override { return on_start_(inbox, starts_++); }
  void Stop() override { on_stop_(); }
  Milliseconds restart_delay() const override { return Milliseconds(1); }

 private:
  const OnStart on_start_;
  const std::function<void()> on_stop_;
  std::atomic<int> starts_{0};
};

// Who waits at it waits until somebody opens it.
class OpeningGate {
 public:
  void Open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace biglittle
