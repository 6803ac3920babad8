// Finds a task's recorded data in a folder that the user names: in `folder` itself or in one of its
// sub-folders <task> and uci-<task>. Arrays are .npy, IDX or CIFAR-10's binary files, plain or
// gzip-compressed. NotFound names what was looked for.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace biglittle {

// Labels may be in the same file (CIFAR-10).
struct Dataset {
  std::filesystem::path windows;
  std::filesystem::path labels;
};

// The test part: X_test and y_test, MNIST's t10k pair, or CIFAR-10's test_batch.bin.
absl::StatusOr<Dataset> FindTestFiles(const std::string& task, const std::filesystem::path& folder);

// What a demo may replay: the test part, or else X and y.
absl::StatusOr<Dataset> FindDataset(const std::string& task, const std::filesystem::path& folder);

// X and y, of which a part may have been trained on.
absl::StatusOr<Dataset> FindWholeFiles(const std::string& task,
                                       const std::filesystem::path& folder);

// X_validation and y_validation.
absl::StatusOr<Dataset> FindValidationFiles(const std::string& task,
                                            const std::filesystem::path& folder);

// What the nets were trained on, with the validation rows among it: X_train and y_train, MNIST's
// train pair, or CIFAR-10's data_batch_1.bin to data_batch_5.bin. At least one.
absl::StatusOr<std::vector<Dataset>> FindTrainingFiles(const std::string& task,
                                                       const std::filesystem::path& folder);

// The array `name` (without .npy) in `folder`.
absl::StatusOr<std::filesystem::path> FindArray(const std::filesystem::path& folder,
                                                const std::string& name);

}  // namespace biglittle
