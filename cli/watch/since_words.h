// Since when an operator wants to see: --since.
//
// Thread-safe. Goes by the zone of the process where the text has none.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"

#include "core/clock.h"

namespace biglittle {

// "90s", "10m", "8h", "7d": so long before `now`. "06:30", "06:30:15": the last time that it was
// that late. "2026-11-29", "2026-11-29T06:30", with seconds, with Z or an offset like +01:00: that
// instant, the midnight that a day begins with. InvalidArgument, in one line: none of these, or it
// is to come.
absl::StatusOr<WallTime> ParseSince(std::string_view text, WallTime now);

}  // namespace biglittle
