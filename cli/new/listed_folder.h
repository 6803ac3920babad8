// What lies in a folder.
#pragma once

#include <filesystem>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

// In the order of their names; without what is hidden. NotFound or ResourceExhausted, one line.
absl::StatusOr<std::vector<std::filesystem::path>> ListFolder(const std::filesystem::path& folder);

// What cannot be looked at is none.
bool IsFolder(const std::filesystem::path& path);

}  // namespace biglittle
