// What a sensor delivers: the first arrow of the flow.
#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "core/tensor.h"

namespace biglittle {

struct Reading {
  // Counts up by one a reading within one run of one device; identifies the reading's results.
  std::uint64_t sequence = 0;
  WallTime capture_time;
  // The deadline counts from here.
  SteadyTime captured_at;
  Tensor window;
  // The true class, an index into the task's labels, where the source knows it (replay,
  // simulation).
  std::optional<int> truth;
};

}  // namespace biglittle
