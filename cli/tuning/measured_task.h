// A task with what its nets say about a part of its data: where `tune` and `evaluate` begin.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "cli/tuning/cascade_table.h"
#include "cli/tuning/labelled_data.h"
#include "cli/tuning/promise.h"
#include "core/task/task.h"

namespace biglittle {

struct MeasuredTask {
  std::filesystem::path file;  // the task.yaml
  Task task;
  LabelledData data;
  CascadeTable table;
};

// Loads task `name` of the folder `models` (empty: the installation's), its data and its nets, and
// runs them, showing the progress on `err` where a person watches. Errors: as of what it calls.
absl::StatusOr<MeasuredTask> MeasureTask(const std::string& name,
                                         const std::filesystem::path& models,
                                         const std::filesystem::path& data, DataPart part,
                                         std::ostream& err);

// The same for a task that is loaded already, from `file`.
absl::StatusOr<MeasuredTask> MeasureTask(const Task& task, const std::filesystem::path& file,
                                         const std::filesystem::path& data, DataPart part,
                                         std::ostream& err);

// What task.yaml promises, against what was measured; empty where it promises nothing. Errors: as
// reading the file has them, which was read before.
absl::StatusOr<std::vector<PromiseFinding>> HoldAgainst(const MeasuredTask& measured);

}  // namespace biglittle
