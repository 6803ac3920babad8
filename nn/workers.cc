#include "nn/workers.h"

#include <atomic>
#include <cstdint>
#include <thread>

namespace biglittle::nn {
namespace {

// Steps follow each other within microseconds: to sleep and to be woken would take longer. Beyond
// that the core may be needed for something else.
constexpr int kSpins = 4000;

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
  for (std::int64_t worker = 1; worker < threads; ++worker) {
    threads_.emplace_back([this, worker] { Work(worker); });
  }
}

Workers::~Workers() {
  stop_ = true;
  job_.fetch_add(1, std::memory_order_release);
  job_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::Share(std::int64_t items, void* task, Function function) {
  function_ = function;
  task_ = task;
  items_ = items;
  next_.store(0, std::memory_order_relaxed);
  working_.store(static_cast<std::uint32_t>(threads_.size()), std::memory_order_relaxed);
  job_.fetch_add(1, std::memory_order_release);
  job_.notify_all();
  TakeItems(0);
  while (const std::uint32_t left = working_.load(std::memory_order_acquire)) Await(working_, left);
}

void Workers::Work(std::int64_t worker) {
  // The constructor's zero, not what is there by now: a job may have begun before this thread.
  std::uint32_t seen = 0;
  while (true) {
    Await(job_, seen);
    ++seen;  // no job begins before this thread has finished the last one
    if (stop_) return;
    TakeItems(worker);
    if (working_.fetch_sub(1, std::memory_order_acq_rel) == 1) working_.notify_one();
  }
}

void Workers::TakeItems(std::int64_t worker) {
  while (true) {
    const std::int64_t item = next_.fetch_add(1, std::memory_order_relaxed);
    if (item >= items_) return;
    function_(task_, item, worker);
  }
}

}  // namespace biglittle::nn
