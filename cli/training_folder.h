// A folder of windows that `train` takes: X.npy, y.npy, labels.txt and groups.npy, in which windows
// of one session have one number.
#pragma once

#include <cstddef>
#include <filesystem>

#include "absl/status/status.h"

namespace biglittle {

// models/train/data.py holds back a fifth of the sessions for each of two parts.
inline constexpr std::size_t kLeastSessions = 5;

// Where it is missing. PermissionDenied, one line.
absl::Status MakeTrainingFolder(const std::filesystem::path& folder);

}  // namespace biglittle
