#include "nn/kernel/workers.h"

#include <atomic>
#include <cstdint>
#include <thread>

namespace biglittle::nn {
namespace {

// Steps follow each other within microseconds: to sleep and to be woken would take longer. Beyond
// that the core may be needed for something else.
constexpr int kSpins = 2000;
// No item has this number.
constexpr std::uint64_t kClosed = 0xFFFFFFFFU;

// Returns once `value` is no longer `old`.
void Await(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  for (int i = 0; i < kSpins; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

Workers::Workers(std::int64_t threads) {
  try {
    for (std::int64_t worker = 1; worker < threads; ++worker) {
      threads_.emplace_back([this, worker] { Work(worker); });
    }
  } catch (...) {  // no more threads to be had: those that run must end before their state does
    Stop();
    throw;
  }
}

Workers::~Workers() { Stop(); }

void Workers::Stop() {
  stop_ = true;
  jobs_.fetch_add(1, std::memory_order_release);
  jobs_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::Share(std::int64_t items, void* task, Function function) {
  const auto count = static_cast<std::uint32_t>(items);
  // Closed first: who sees anything of the new job can no longer take an item of the old one.
  const std::uint64_t number = (open_.load(std::memory_order_relaxed) >> 32U) + 1;
  open_.store(number << 32U | kClosed, std::memory_order_relaxed);
  function_.store(function, std::memory_order_release);
  task_.store(task, std::memory_order_release);
  items_.store(count, std::memory_order_release);
  done_.store(0, std::memory_order_relaxed);
  open_.store(number << 32U, std::memory_order_release);
  jobs_.fetch_add(1, std::memory_order_release);
  jobs_.notify_all();
  TakeItems(0);
  std::uint32_t done = done_.load(std::memory_order_acquire);
  while (done != count) {
    Await(done_, done);
    done = done_.load(std::memory_order_acquire);
  }
}

void Workers::Work(std::int64_t worker) {
  // The constructor's zero, not what is there by now: a job may have begun before this thread.
  std::uint32_t seen = 0;
  while (true) {
    Await(jobs_, seen);
    seen = jobs_.load(std::memory_order_acquire);
    if (stop_) return;
    TakeItems(worker);
  }
}

void Workers::TakeItems(std::int64_t worker) {
  std::uint64_t open = open_.load(std::memory_order_acquire);
  while (true) {
    const Function function = function_.load(std::memory_order_acquire);
    void* const task = task_.load(std::memory_order_acquire);
    const std::uint32_t items = items_.load(std::memory_order_acquire);
    const auto item = static_cast<std::uint32_t>(open);
    if (item >= items) return;
    // If this succeeds no other job was opened since, so what was read belongs to this one.
    if (!open_.compare_exchange_weak(open, open + 1, std::memory_order_acq_rel,
                                     std::memory_order_acquire)) {
      continue;
    }
    function(task, item, worker);
    if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == items) done_.notify_one();
    ++open;
  }
}

}  // namespace biglittle::nn
