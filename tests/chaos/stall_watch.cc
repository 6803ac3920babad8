#include "tests/chaos/stall_watch.h"

#include <algorithm>

namespace biglittle::chaos {
namespace {

using std::chrono::steady_clock;

constexpr Milliseconds kPeriod{10};

}  // namespace

StallWatch::StallWatch() : thread_([this] { Run(); }) {}

StallWatch::~StallWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

double StallWatch::longest_ms() const {
  const std::lock_guard lock(mutex_);
  return ToMilliseconds(longest_);
}

void StallWatch::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const SteadyTime wake = steady_clock::now() + kPeriod;
    changed_.wait_until(lock, wake, [this] { return stopping_; });
    longest_ = std::max(longest_, steady_clock::now() - wake);
  }
}

}  // namespace biglittle::chaos
