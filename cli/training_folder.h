// A folder of windows that `train` takes: X.npy, y.npy, labels.txt and groups.npy, in which windows
// of one session have one number.
#pragma once

#include <cstddef>
#include <filesystem>

#include "absl/status/status.h"

namespace biglittle {

// Of each class: models/train/splits.py holds back one session or more for each of two parts, and
// learns from the rest.
inline constexpr std::size_t kLeastSessions = 3;

// Where it is missing. PermissionDenied, one line.
absl::Status MakeTrainingFolder(const std::filesystem::path& folder);

}  // namespace biglittle
