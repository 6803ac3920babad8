// Finds a task's recorded data in a folder that the user names.
#pragma once

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"

namespace biglittle {

struct Dataset {
  std::filesystem::path windows;
  std::filesystem::path labels;
};

// The held-out windows and labels of `task`: X_test / y_test or X / y as .npy or .npy.gz, or
// MNIST's t10k pair of IDX files, plain or gzip-compressed. Looked for in `folder` itself and in
// its sub-folders <task> and uci-<task>. NotFound names what was looked for.
absl::StatusOr<Dataset> FindDataset(const std::string& task, const std::filesystem::path& folder);

}  // namespace biglittle
