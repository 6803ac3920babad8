#include "cli/device_pattern.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <string>

#include "core/shown_text.h"
#include "core/text.h"

namespace biglittle {

bool IsLike(std::string_view id, std::string_view pattern) {
  return fnmatch(std::string(pattern).c_str(), std::string(id).c_str(), FNM_NOESCAPE) == 0;
}

absl::Status ExpectDevices(const FleetConfig& fleet, std::string_view pattern,
                           const std::filesystem::path& file) {
  const bool any = std::ranges::any_of(
      fleet.devices, [&](const DeviceConfig& device) { return IsLike(device.id, pattern); });
  if (any) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{} has no device {}", Shown(file.string()), Quoted(pattern)));
}

}  // namespace biglittle
