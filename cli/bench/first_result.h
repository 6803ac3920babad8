// How soon a device answers once it is switched on.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"

#include "cli/installation.h"

namespace biglittle {

// The device `id` of the fleet file, which must have a health section with `health_port` and a
// broker that is not there: the time from just before the process is made until its health endpoint
// counts a reading that the little net has answered. Then the process ends. Unavailable if none
// comes in ten seconds.
absl::StatusOr<std::chrono::duration<double, std::milli>> TimeToFirstResult(
    const Installation& installation, const std::filesystem::path& file, const char* id,
    std::uint16_t health_port, const std::filesystem::path& folder);

}  // namespace biglittle
