// What stays of a reading once the little net has seen it: all that its ending needs.
#pragma once

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
  std::optional<int> truth;
  Prediction prediction;
  SteadyTime::duration little_time{0};  // normalisation and net
};

}  // namespace biglittle
