// `state` of a device in a fleet file: the settled class.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/clock.h"

namespace biglittle {

// Over the last readings: the class that most of them have, or the one whose confidences add up to
// most.
enum class Smoothing : std::uint8_t { kNone, kMajority, kMean };

struct StateConfig {
  Smoothing smoothing = Smoothing::kNone;
  std::size_t smoothing_readings = 5;  // of kMajority and kMean
  // The smoothed class counts when that many readings in a row had it, over that much time.
  std::size_t settle_readings = 1;
  Milliseconds settle_hold{0};
  std::chrono::seconds interval{60};  // between two messages where nothing changes

  bool operator==(const StateConfig&) const = default;
};

}  // namespace biglittle
