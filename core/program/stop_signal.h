// SIGINT, SIGTERM and SIGHUP as an ordinary event, so that every program of ours ends cleanly.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace biglittle {

// One for a process, constructed in main; a second one at the same time is an error in the program.
// While it lives, the three signals end nothing by themselves, and SIGPIPE is ignored: a closed
// connection is an error of a write, not the end of the program. SIGHUP stays ignored where it was
// (PrepareUnattended, nohup). Thread-safe.
class StopSignal {
 public:
  // Throws std::system_error if there is neither descriptor nor thread for it.
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  bool requested() const { return requested_.load(std::memory_order_acquire); }

  // Calls `action` once, on a thread of its own, when the first signal comes, or now if it has come
  // already. Replaces an earlier action; an empty one removes it. When this returns, the earlier
  // action is not running any more.
  void OnStop(std::function<void()> action);

 private:
  void Wait();

  bool hangup_stops_ = false;  // constant after construction
  std::atomic<bool> requested_{false};
  std::atomic<bool> done_{false};
  std::mutex mutex_;
  std::function<void()> action_;  // protected by mutex_
  std::thread thread_;
};

}  // namespace biglittle
