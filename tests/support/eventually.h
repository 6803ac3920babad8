// Waits for what happens on another thread or in another process.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

#include "core/clock.h"

namespace biglittle {

// False if `condition` does not hold within `patience`.
inline bool Eventually(const std::function<bool()>& condition,
                       std::chrono::seconds patience = std::chrono::seconds(20)) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(Milliseconds(5));
  }
  return true;
}

}  // namespace biglittle
