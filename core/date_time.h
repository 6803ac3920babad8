// Dates of files that people write: RFC 3339.
#pragma once

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

}  // namespace biglittle
