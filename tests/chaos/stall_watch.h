// How long the machine kept a thread waiting that had next to nothing to do: what a missed deadline
// has to be compared with where other work goes on beside the tests.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/clock.h"

namespace biglittle::chaos {

// Watches from construction on. Thread-safe.
class StallWatch {
 public:
  StallWatch();
  ~StallWatch();
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  // The longest time by which it woke too late.
  double longest_ms() const;

 private:
  void Run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  SteadyTime::duration longest_{0};
  std::thread thread_;
};

}  // namespace biglittle::chaos
