#include "cli/watch/since_words.h"

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <optional>
#include <string>

#include "cli/time_span.h"
#include "core/date_time.h"
#include "core/text.h"

namespace biglittle {
namespace {

using std::chrono::system_clock;

// `text` as a whole by strptime's `format`, over what `parts` has already.
bool Reads(const std::string& text, const char* format, tm& parts) {
  const char* const rest = strptime(text.c_str(), format, &parts);
  return rest != nullptr && *rest == '\0';
}

// In the zone of the process; what its clocks skip is an hour later.
WallTime FromLocal(tm parts) {
  parts.tm_isdst = -1;
  return system_clock::from_time_t(mktime(&parts));
}

tm ToLocal(WallTime time) {
  const std::time_t seconds = system_clock::to_time_t(time);
  tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::optional<WallTime> ParseHour(const std::string& text, WallTime now) {
  for (const char* const format : {"%H:%M", "%H:%M:%S"}) {
    tm parts = ToLocal(now);
    parts.tm_sec = 0;
    if (!Reads(text, format, parts)) continue;
    const WallTime today = FromLocal(parts);
    if (today <= now) return today;
    --parts.tm_mday;
    return FromLocal(parts);
  }
  return std::nullopt;
}

std::optional<WallTime> ParseDate(const std::string& text) {
  // A day that ParseEndTime takes ends there; here it begins.
  if (text.size() > 10) {
    if (const auto time = ParseEndTime(text)) return time;
  }
  for (const char* const format :
       {"%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"}) {
    tm parts{};
    if (Reads(text, format, parts) && parts.tm_year >= 70 && parts.tm_year <= 300) {
      return FromLocal(parts);
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<WallTime> ParseSince(std::string_view text, WallTime now) {
  if (const auto span = ParseTimeSpan(text)) return now - *span;
  const std::string whole(text);
  std::optional<WallTime> time = ParseHour(whole, now);
  if (!time) time = ParseDate(whole);
  if (!time) {
    return absl::InvalidArgumentError(
        fmt::format("--since must be an age like 10m, 8h or 7d, a time of day like 06:30, or an "
                    "instant like 2026-11-29T06:30:00Z, not {}",
                    Quoted(text)));
  }
  if (*time > now) {
    return absl::InvalidArgumentError(
        fmt::format("--since must be in the past: {} is {}", Quoted(text), ToDateTime(*time)));
  }
  return *time;
}

}  // namespace biglittle
