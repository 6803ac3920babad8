#include "cli/tuning/measured_task.h"

#include <utility>

#include "cli/installation.h"
#include "cli/tuning/progress_line.h"
#include "core/task/task_file.h"

namespace biglittle {

absl::StatusOr<MeasuredTask> MeasureTask(const std::string& name,
                                         const std::filesystem::path& models,
                                         const std::filesystem::path& data, DataPart part,
                                         std::ostream& err) {
  MeasuredTask measured;
  measured.file =
      (models.empty() ? Installation::Find().home / "models" : models) / name / "task.yaml";
  Parsed<Task> task = LoadTask(measured.file);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  measured.task = *std::move(task.value);
  absl::StatusOr<LabelledData> loaded = LoadLabelledData(measured.task, data, part);
  if (!loaded.ok()) return loaded.status();
  measured.data = *std::move(loaded);

  ProgressLine progress(part == DataPart::kTest ? "test readings" : "validation readings",
                        measured.data.size(), err);
  absl::StatusOr<CascadeTable> table =
      RunNets(measured.task, measured.data, [&](std::size_t done) { progress.Show(done); });
  progress.Clear();
  if (!table.ok()) return table.status();
  measured.table = *std::move(table);
  return measured;
}

}  // namespace biglittle
