// How long a call takes: the same call again and again, on the steady clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

#include "core/clock.h"

namespace biglittle {

// Calls below this are timed in groups that take about kGroupTime, and a group counts as one
// measurement, its mean: what reading the clock costs is then below a thousandth.
inline constexpr std::chrono::duration<double, std::micro> kShortCall{20};
inline constexpr std::chrono::duration<double, std::micro> kGroupTime{200};

struct CallTimes {
  double median_us = 0.0;
  double min_us = 0.0;
  std::uint64_t runs = 0;  // calls, those to warm up left out; at least 1
};

// Warms up for a tenth of `length`, then measures for `length`; in each case at least one call.
// `before` puts in place what `call` uses up: it runs before every call, outside the clock, but in
// a group inside it.
CallTimes TimeCalls(const std::function<void()>& before, const std::function<void()>& call,
                    std::chrono::duration<double> length, const Clock& clock = Clock::Real());

}  // namespace biglittle
