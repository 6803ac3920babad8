#pragma once

#include <filesystem>
#include <string>

#include "absl/status/status.h"

namespace biglittle {

// For reports that the user names; what was there is overwritten.
absl::Status WriteTextFile(const std::filesystem::path& path, const std::string& text);

}  // namespace biglittle
