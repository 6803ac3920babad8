// Which devices an operator means: an id, or a pattern such as pump-*.
//
// Pure functions, thread-safe.
#pragma once

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"

#include "core/fleet/fleet_config.h"

namespace biglittle {

// `id` is like `pattern`, in which * stands for any characters and ? for one.
bool IsLike(std::string_view id, std::string_view pattern);

// InvalidArgument, in one line that names `file`: the fleet has no device that is like it.
absl::Status ExpectDevices(const FleetConfig& fleet, std::string_view pattern,
                           const std::filesystem::path& file);

}  // namespace biglittle
