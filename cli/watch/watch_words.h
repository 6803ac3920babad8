// How the live view says things: as the console does (dashboard/src/words.ts).
//
// Pure functions, thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace biglittle {

// "12 s", "3 min", "2 h 5 min", "3 d". What is negative is "0 s": clocks do not agree.
std::string DurationWords(WallTime::duration duration);
// "now", "12 s ago".
std::string AgoWords(WallTime::duration duration);
// Two significant digits, but whole numbers whole: "1.6 ms", "340 ms", "1.2 s".
std::string MillisecondsWords(double ms);
// "11 %", "< 1 %", "> 99 %".
std::string PercentWords(double share);
// "outer_race_severe" is "outer race, severe".
std::string ClassWords(std::string_view label);
// "no" to "twelve", then digits.
std::string CountWords(std::size_t count);
// "14:05", in the zone of whoever looks.
std::string ClockWords(WallTime time);

// pump-2 before pump-10.
bool IsNameBefore(std::string_view a, std::string_view b);

}  // namespace biglittle
