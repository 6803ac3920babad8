// `state` of a device in a fleet file: the settled class.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "core/clock.h"

namespace biglittle {

// Over the last readings: the class that most of them have, or the one whose confidences add up to
// most.
enum class SmoothingKind : std::uint8_t { kNone, kMajority, kMean };

struct SmoothingConfig {
  SmoothingKind kind = SmoothingKind::kNone;
  std::size_t readings = 5;  // of kMajority and kMean

  bool operator==(const SmoothingConfig&) const = default;
};

// The smoothed class counts when so many readings in a row had it, over so much time.
struct SettleConfig {
  std::size_t readings = 1;
  Milliseconds hold{0};

  bool operator==(const SettleConfig&) const = default;
};

struct StateConfig {
  SmoothingConfig smoothing;
  SettleConfig settle;
  std::chrono::seconds interval{60};  // between two messages where nothing changes

  bool operator==(const StateConfig&) const = default;
};

}  // namespace biglittle
