// The readings that choose a task's thresholds, or that its figures are measured on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/task/task.h"
#include "core/tensor.h"

namespace biglittle {

enum class DataPart : std::uint8_t { kValidation, kTest };

// Invariant: as many windows as labels, at least one.
struct LabelledData {
  std::string name;  // where it is from, for messages
  std::vector<Tensor> windows;
  std::vector<int> truth;  // indices into the task's labels

  std::size_t size() const { return truth.size(); }
  // SHA-256 over windows and labels, 64 hex digits: the same readings in the same order.
  std::string Digest() const;
};

// The part of `task` in `folder` or its sub-folders (dataset.h says which files):
//   kTest        the test files
//   kValidation  X_validation and y_validation where they are; else the rows of the training files
//                that the task's `validation` names
// A task whose validation part is simulated needs no folder: its test part is as many readings of
// the next seed. Errors name what was looked for, or the file and what is wrong with it.
absl::StatusOr<LabelledData> LoadLabelledData(const Task& task, const std::filesystem::path& folder,
                                              DataPart part);

}  // namespace biglittle
