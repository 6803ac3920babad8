// What stays of a reading once the little net has seen it: all that its ending needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/clock.h"
#include "core/prediction.h"

namespace biglittle {

// A reading without its window, and what the little net said about it.
struct LittleVerdict {
  std::uint64_t sequence = 0;
  WallTime capture_time;
  SteadyTime captured_at;
  Milliseconds deadline{0};  // of this reading, from captured_at
  std::optional<int> truth;
  Prediction prediction;
  bool unlike = false;                  // unlike the training data
  std::size_t head = 0;                 // of the little net that was asked last; an early exit is 0
  SteadyTime::duration little_time{0};  // normalisation and net
};

}  // namespace biglittle
