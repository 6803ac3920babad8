#include "core/program/load_supervisor.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "core/program/exception_status.h"
#include "core/program/suspend_detector.h"

namespace biglittle {
namespace {

constexpr Milliseconds kTick{100};

std::atomic<std::size_t> g_left_behind{0};

SteadyTime Now() { return Clock::Real().Now(); }

}  // namespace

struct LoadSupervisor::Shared {
  explicit Shared(Options the_options) : options(std::move(the_options)) {}

  absl::Status Cancelled() const { return absl::CancelledError(options.cancelled); }

  const Options options;

  std::mutex mutex;
  // The rest is protected by it.
  std::condition_variable changed;
  bool cancelled = false;
};

// All is protected by Shared::mutex.
struct LoadSupervisor::Job {
  std::optional<SteadyTime> due;  // of the limited part that runs
  std::optional<absl::Status> ended;
  bool left_behind = false;
};

LoadSupervisor::LoadSupervisor(Options options)
    : shared_(std::make_shared<Shared>(std::move(options))) {}

void LoadSupervisor::Start(const std::shared_ptr<Shared>& shared, const std::shared_ptr<Job>& job,
                           Work work) {
  const Limited limited = [shared, job](const std::function<void()>& part) {
    {
      const std::lock_guard lock(shared->mutex);
      if (job->left_behind) return false;
      job->due = Now() + shared->options.limit;
    }
    part();
    const std::lock_guard lock(shared->mutex);
    job->due.reset();
    return true;
  };
  std::thread([shared, job, limited, work = std::move(work)]() mutable {
    absl::Status ended = StatusOrException([&] { return work(limited); });
    work = {};  // what it owned is gone before anybody hears of the end
    const std::lock_guard lock(shared->mutex);
    job->ended = std::move(ended);
    if (job->left_behind) --g_left_behind;
    shared->changed.notify_all();
  }).detach();
}

absl::Status LoadSupervisor::Run(Work work) {
  const auto job = std::make_shared<Job>();
  std::unique_lock lock(shared_->mutex);
  if (shared_->cancelled) return shared_->Cancelled();
  const absl::Status started = StatusOrException([&] {
    Start(shared_, job, std::move(work));
    return absl::OkStatus();
  });
  if (!started.ok()) return started;
  SuspendDetector suspensions(kTick, Now());
  for (;; shared_->changed.wait_for(lock, std::min(kTick, shared_->options.limit))) {
    if (job->ended) return *job->ended;
    const SteadyTime now = Now();
    const SteadyTime::duration suspended = suspensions.Poll(now);
    if (job->due) *job->due += suspended;
    const bool late = job->due && *job->due <= now;
    if (!late && !shared_->cancelled) continue;
    job->left_behind = true;
    ++g_left_behind;
    if (shared_->cancelled) return shared_->Cancelled();
    return absl::DeadlineExceededError(shared_->options.too_slow);
  }
}

void LoadSupervisor::Cancel() {
  const std::lock_guard lock(shared_->mutex);
  shared_->cancelled = true;
  shared_->changed.notify_all();
}

std::size_t LoadSupervisor::left_behind() { return g_left_behind; }

}  // namespace biglittle
