#include "cli/time_span.h"

#include <cstdint>

#include "core/text.h"

namespace biglittle {
namespace {

// Seconds; 0: no unit.
std::int64_t UnitOf(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86'400;
    default:
      return 0;
  }
}

}  // namespace

std::optional<std::chrono::seconds> ParseTimeSpan(std::string_view text) {
  if (text.empty() || UnitOf(text.back()) == 0) return std::nullopt;
  const auto number = ParseNumber<std::uint32_t>(text.substr(0, text.size() - 1));
  if (!number) return std::nullopt;
  return std::chrono::seconds(*number * UnitOf(text.back()));
}

}  // namespace biglittle
