// Dates: of files that people write, as RFC 3339 has them, and of certificates. Never by time_t,
// which ends in January 2038 where it has 32 bits.
#pragma once

#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.h"

namespace biglittle {

// Pure functions, thread-safe.

// "2027-01-31T12:00:00Z", also with a fraction or an offset like +01:00; or "2027-01-31", which
// lasts until that day is over in UTC: the moment is the next midnight. nullopt: neither.
std::optional<WallTime> ParseEndTime(std::string_view text);

// As the first of these, in UTC, to the second.
std::string ToDateTime(WallTime time);
// The same to the millisecond.
std::string ToDateTimeMs(WallTime time);

// In UTC; the day of the year is left at 0.
std::tm CalendarOf(std::chrono::sys_seconds time);
// Year, month, day, hour, minute and second of `utc`, which are in their ranges.
std::chrono::sys_seconds TimeOf(const std::tm& utc);
// The clock's last moment, in 2262, if `time` is later.
WallTime ToWallTime(std::chrono::sys_seconds time);

}  // namespace biglittle
