#include "cli/control/control_words.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "absl/status/status.h"

#include "cli/time_span.h"
#include "core/text.h"

namespace biglittle {

absl::StatusOr<std::chrono::seconds> ParseLasting(std::string_view text) {
  auto lasts = ParseTimeSpan(text);
  if (!lasts) {
    if (const auto number = ParseNumber<std::uint32_t>(text)) lasts = std::chrono::seconds(*number);
  }
  if (lasts && lasts->count() > 0 && *lasts <= wire::kLongestControl) return *lasts;
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

}  // namespace biglittle
