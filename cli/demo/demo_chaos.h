// The accidents of `demo --chaos`: workers and broker killed now and then, and started again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "core/clock.h"
#include "core/random.h"

namespace biglittle {

// Says when the next accident happens, and which. Knows no clock. Not thread-safe.
class DemoChaos {
 public:
  // What is to be done; each is the demo's.
  struct Actions {
    std::function<void(std::size_t worker)> kill_worker;
    std::function<void(std::size_t worker)> start_worker;
    std::function<void()> kill_broker;
    std::function<void()> start_broker;
  };

  DemoChaos(std::size_t workers, Actions actions, SteadyTime begin);

  // Does what is due.
  void OnTime(SteadyTime now);
  // Starts again what is down, and rests from now on.
  void End();

  std::uint64_t workers_killed() const { return workers_killed_; }
  std::uint64_t brokers_killed() const { return brokers_killed_; }

 private:
  const std::size_t workers_;
  const Actions actions_;
  Random random_{1};
  bool ended_ = false;
  bool worker_is_down_ = false;
  bool broker_is_down_ = false;
  std::size_t worker_ = 0;  // the last one killed
  SteadyTime next_worker_;  // its end or its start
  SteadyTime next_broker_;
  std::uint64_t workers_killed_ = 0;
  std::uint64_t brokers_killed_ = 0;
};

}  // namespace biglittle
