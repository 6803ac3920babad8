#include "cloud_worker/compute/compute_pool.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <variant>

#include "core/program/exception_status.h"
#include "core/program/suspend_detector.h"

namespace biglittle {
namespace {

using wire::Rejection;
using wire::RejectionReason;

constexpr Milliseconds kLongestTick{500};  // of the watchdog

SteadyTime Now() { return Clock::Real().Now(); }

// What the readings of a batch get if it never comes back.
std::vector<Answer> Refusals(const Batch& batch) {
  std::vector<Answer> answers;
  answers.reserve(batch.items.size());
  for (const WorkItem& item : batch.items) {
    answers.push_back({item.address,
                       {item.sequence,
                        Rejection{RejectionReason::kInternal, "the inference took too long", {}}}});
  }
  return answers;
}

void Explain(const absl::Status& why, std::vector<Answer>& refusals) {
  for (Answer& refusal : refusals) {
    std::get<Rejection>(refusal.reply.answer).detail =
        fmt::format("the inference failed: {}", std::string(why.message()));
  }
}

}  // namespace

// One of the pool's threads. All but `thread` is protected by Shared::mutex.
struct ComputePool::Thread {
  std::thread thread;  // the pool's and the watchdog's, never at once
  std::optional<SteadyTime> began;
  std::string task;              // of the batch that it computes
  std::vector<Answer> refusals;  // what that batch gets if it hangs
  bool abandoned = false;
  bool ended = false;
};

struct ComputePool::Shared {
  Shared(const Options& the_options, Work the_work)
      : options(the_options), work(std::move(the_work)) {}

  // Takes away the threads for which `gone` holds, to be joined or left behind.
  template <typename Gone>
  std::vector<std::shared_ptr<Thread>> TakeLocked(const Gone& gone) {
    std::vector<std::shared_ptr<Thread>> taken;
    std::erase_if(threads, [&](const std::shared_ptr<Thread>& thread) {
      if (!gone(*thread)) return false;
      taken.push_back(thread);
      return true;
    });
    return taken;
  }
  // False once the pool has finished: then nothing is computed any more, and `refusals` is left.
  bool Begin(Thread& thread, const std::string& task, std::vector<Answer>& refusals,
             SteadyTime now) {
    const std::lock_guard lock(mutex);
    if (finished) return false;
    thread.began = now;
    thread.task = task;
    thread.refusals = std::move(refusals);
    return true;
  }
  // The process was suspended: for as long no inference could get on.
  void ForgiveLocked(SteadyTime::duration suspended, SteadyTime now) {
    for (const auto& thread : threads) {
      if (thread->began) thread->began = std::min(*thread->began + suspended, now);
    }
  }
  void AbandonLocked(Thread& thread) {
    thread.abandoned = true;
    thread.thread.detach();
    ++abandoned;
  }

  const Options options;
  const Work work;

  std::mutex mutex;
  // The rest is protected by it.
  std::condition_variable changed;
  std::vector<std::shared_ptr<Thread>> threads;
  std::size_t abandoned = 0;
  bool replacing = false;  // the watchdog may be about to start a thread
  bool finished = false;
};

ComputePool::ComputePool(const Options& options, Work work)
    : shared_(std::make_shared<Shared>(options, std::move(work))) {
  watchdog_ = std::thread([this] {
    const absl::Status ended = StatusOrException([this] {
      Watch();
      return absl::OkStatus();
    });
    if (!ended.ok()) shared_->work.gave_up(ended);
  });
  StartThreads();
}

void ComputePool::StartThreads() {
  std::size_t started = 0;
  try {
    for (; started < shared_->options.threads; ++started) StartThread();
  } catch (...) {
    if (started == 0) {
      Finish(Now());
      throw;
    }
    spdlog::error("{} of {} compute threads could be started: {}", started,
                  shared_->options.threads, std::string(CurrentExceptionStatus().message()));
  }
}

ComputePool::~ComputePool() { Finish(Now()); }

void ComputePool::StartThread() {
  auto thread = std::make_shared<Thread>();
  const std::lock_guard lock(shared_->mutex);
  if (shared_->finished) return;
  shared_->threads.reserve(shared_->threads.size() + 1);
  thread->thread = std::thread([shared = shared_, thread] { Compute(shared, thread); });
  shared_->threads.push_back(std::move(thread));
}

void ComputePool::Compute(const std::shared_ptr<Shared>& shared,
                          const std::shared_ptr<Thread>& self) {
  const absl::Status ended = StatusOrException([&] {
    ComputeBatches(*shared, *self);
    return absl::OkStatus();
  });
  if (!ended.ok()) shared->work.gave_up(ended);
  {
    const std::lock_guard lock(shared->mutex);
    self->ended = true;
  }
  shared->changed.notify_all();
}

void ComputePool::ComputeBatches(Shared& shared, Thread& self) {
  while (std::optional<Batch> batch = shared.work.next()) {
    Computed computed;
    computed.task = batch->task;
    std::vector<Answer> refusals = Refusals(*batch);
    const SteadyTime began = Now();
    if (!shared.Begin(self, batch->task, refusals, began)) {
      return shared.work.hung(std::move(refusals));
    }
    const absl::Status done = StatusOrException([&] {
      computed.answers = shared.work.classify(*std::move(batch));
      return absl::OkStatus();
    });
    computed.compute_time = Now() - began;
    {
      const std::lock_guard lock(shared.mutex);
      if (self.abandoned) return;  // its readings have been answered
      self.began.reset();
      refusals = std::move(self.refusals);
    }
    if (done.ok()) {
      shared.work.deliver(std::move(computed));
    } else {
      Explain(done, refusals);
      shared.work.failed(std::move(refusals), done);
    }
  }
}

void ComputePool::Watch() {
  Shared& shared = *shared_;
  const Milliseconds timeout = shared.options.inference_timeout;
  const Milliseconds tick = std::min(timeout / 4, kLongestTick);
  SuspendDetector suspensions(tick, Now());
  std::unique_lock lock(shared.mutex);
  while (!shared.finished) {
    const SteadyTime now = Now();
    shared.ForgiveLocked(suspensions.Poll(now), now);
    const auto hung = shared.TakeLocked(
        [&](const Thread& thread) { return thread.began && *thread.began + timeout <= now; });
    // They are ours alone now: an abandoned thread looks at nothing else of itself.
    for (const auto& thread : hung) shared.AbandonLocked(*thread);
    if (!hung.empty()) {
      shared.replacing = true;
      lock.unlock();
      for (const auto& thread : hung) shared.work.hung(std::move(thread->refusals));
      for (const auto& thread : hung) Replace(thread->task);
      lock.lock();
      shared.replacing = false;
      suspensions.Restart(Now());
      shared.changed.notify_all();
      continue;
    }
    SteadyTime next = now + tick;
    for (const auto& thread : shared.threads) {
      if (thread->began) next = std::min(next, *thread->began + timeout);
    }
    shared.changed.wait_until(lock, next);
  }
}

void ComputePool::Replace(const std::string& task) {
  const Work& work = shared_->work;
  if (gave_up_) return;
  absl::Status renewed;
  if (replacements_ >= shared_->options.max_replacements) {
    renewed = absl::InternalError(
        fmt::format("the inference of task {} hung, after {} compute threads had been replaced for "
                    "that: restart the worker, and check the model and the machine",
                    task, replacements_));
  } else {
    renewed = StatusOrException([&] {
      if (absl::Status status = work.renew(task); !status.ok()) return status;
      StartThread();
      return absl::OkStatus();
    });
  }
  if (renewed.ok()) {
    ++replacements_;
    return;
  }
  gave_up_ = true;
  work.gave_up(renewed);
}

void ComputePool::Finish(SteadyTime deadline) {
  std::vector<std::shared_ptr<Thread>> late;
  std::vector<std::shared_ptr<Thread>> ending;
  {
    Shared& shared = *shared_;
    std::unique_lock lock(shared.mutex);
    shared.changed.wait_until(lock, deadline, [&] {
      return !shared.replacing &&
             std::ranges::all_of(shared.threads, [](const auto& thread) { return thread->ended; });
    });
    shared.finished = true;
    late = shared.TakeLocked([](const Thread& thread) { return thread.began.has_value(); });
    for (const auto& thread : late) shared.AbandonLocked(*thread);
    ending = shared.TakeLocked([](const Thread&) { return true; });
  }
  shared_->changed.notify_all();
  for (const auto& thread : ending) thread->thread.join();
  if (watchdog_.joinable()) watchdog_.join();
  for (const auto& thread : late) shared_->work.hung(std::move(thread->refusals));
}

std::size_t ComputePool::abandoned() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->abandoned;
}

}  // namespace biglittle
