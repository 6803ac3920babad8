#include "cli/control/control_words.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <charconv>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"

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

absl::StatusOr<std::chrono::seconds> ParseLasting(std::string_view text) {
  std::uint32_t number = 0;
  const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  const std::int64_t factor = unit.empty() ? 1 : unit.size() == 1 ? UnitOf(unit.front()) : 0;
  const std::chrono::seconds lasts(number * factor);
  if (problem == std::errc() && lasts.count() > 0 && lasts <= wire::kLongestControl) return lasts;
  return absl::InvalidArgumentError(fmt::format(
      "--for must be a time like 90s, 15m, 8h or 7d, at most a year, not {}", Quoted(text)));
}

absl::StatusOr<wire::ControlRequest> RequestOf(const std::string& verb,
                                               const std::vector<std::string>& settings,
                                               const std::string& lasts) {
  const auto known = wire::ControlVerbOf(verb);
  if (!known.ok()) return known.status();
  wire::ControlRequest request{.id = "", .verb = *known, .lasts = {}, .values = {}};
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    if (equals == std::string::npos || key.empty()) {
      return absl::InvalidArgumentError(
          fmt::format("{} must be KEY=VALUE, such as threshold=0.9", Quoted(setting)));
    }
    const std::string value = setting.substr(equals + 1);
    if (*known == wire::ControlVerb::kSnapshot && key == "reading" &&
        (value == "next" || value == "last")) {
      request.next = value == "next";
    } else {
      request.values[key] = wire::ValueOf(value);
    }
  }
  if (!lasts.empty()) {
    const auto parsed = ParseLasting(lasts);
    if (!parsed.ok()) return parsed.status();
    request.lasts = *parsed;
  }
  // By the reader that the device has.
  std::string id;
  const auto read = wire::DecodeControlRequest(Encode(request), id);
  if (!read.ok()) return read.status();
  return request;
}

bool IsLike(std::string_view id, std::string_view pattern) {
  return fnmatch(std::string(pattern).c_str(), std::string(id).c_str(), FNM_NOESCAPE) == 0;
}

}  // namespace biglittle
