// The readings that choose a task's thresholds, or that its figures are measured on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/tuning/dataset.h"
#include "core/task/task.h"
#include "core/tensor.h"

namespace biglittle {

enum class DataPart : std::uint8_t { kValidation, kTest };

// Invariant: as many windows as labels, at least one.
struct LabelledData {
  std::string name;  // where it is from, for messages
  std::vector<Tensor> windows;
  std::vector<int> truth;  // indices into the task's labels
  // Whom or what a reading is of (a person, a machine, a day), by number; empty: not known.
  std::vector<std::int64_t> groups;

  std::string note;  // what a person must know of which readings these are; may be empty

  std::size_t size() const { return truth.size(); }
  // SHA-256 over windows and labels, 64 hex digits: the same readings in the same order.
  std::string Digest() const;
};

// The part of `task` in `folder` or its sub-folders (dataset.h says which files):
//   kTest        the test files; else of X and y the rows of the test part, or, if the nets were
//   not
//                trained on these files as far as is known, all of them
//   kValidation  X_validation and y_validation where they are; else of X and y the rows of the
//                validation part; else the rows of the training files that the task's `validation`
//                names
// Which rows of X and y are which part says kPartsFile in `task_folder`, which training writes
// beside task.yaml: [rows, 2], the part (RowPart) and the label of each row of y, by which it is
// seen that they are those files. Groups are read of groups_test, groups_validation or groups
// beside the windows, or of the array that `validation` names, with "test" in the place of "train"
// in its name. A task whose validation part is simulated needs no folder: its test part is as many
// readings of the next seed. Errors name what was looked for, or the file and what is wrong with
// it.
absl::StatusOr<LabelledData> LoadLabelledData(const Task& task, const std::filesystem::path& folder,
                                              DataPart part,
                                              const std::filesystem::path& task_folder = {});

inline constexpr const char* kPartsFile = "parts.npy";
enum class RowPart : std::uint8_t { kTraining = 0, kValidation = 1, kTest = 2 };

// By row of X and y in `files`, which part it is; empty where `task_folder` has no parts file, or
// that is of other files. Errors: as reading arrays has them.
absl::StatusOr<std::vector<RowPart>> PartsOf(const Dataset& files,
                                             const std::filesystem::path& task_folder);

}  // namespace biglittle
