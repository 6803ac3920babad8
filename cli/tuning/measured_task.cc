#include "cli/tuning/measured_task.h"

#include <optional>
#include <utility>

#include "cli/installation.h"
#include "cli/tuning/cascade_counts.h"
#include "cli/tuning/progress_line.h"
#include "core/task/task_file.h"
#include "core/yaml/yaml_reader.h"
#include "device_agent/little/escalation_policy.h"

namespace biglittle {

absl::StatusOr<MeasuredTask> MeasureTask(const std::string& name,
                                         const std::filesystem::path& models,
                                         const std::filesystem::path& data, DataPart part,
                                         std::ostream& err) {
  const std::filesystem::path file =
      (models.empty() ? Installation::Find().home / "models" : models) / name / "task.yaml";
  Parsed<Task> task = LoadTask(file);
  if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
  return MeasureTask(*task.value, file, data, part, err);
}

absl::StatusOr<MeasuredTask> MeasureTask(const Task& task, const std::filesystem::path& file,
                                         const std::filesystem::path& data, DataPart part,
                                         std::ostream& err) {
  MeasuredTask measured{.file = file, .task = task, .data = {}, .table = {}};
  absl::StatusOr<LabelledData> loaded = LoadLabelledData(task, data, part, file.parent_path());
  if (!loaded.ok()) return loaded.status();
  measured.data = *std::move(loaded);

  ProgressLine progress(part == DataPart::kTest ? "test readings" : "validation readings",
                        measured.data.size(), err);
  absl::StatusOr<CascadeTable> table =
      RunNets(task, measured.data, [&](std::size_t done) { progress.Show(done); });
  progress.Clear();
  if (!table.ok()) return table.status();
  measured.table = *std::move(table);
  return measured;
}

absl::StatusOr<std::vector<PromiseFinding>> HoldAgainst(const MeasuredTask& measured) {
  const Parsed<std::string> text = ReadTextFile(measured.file);
  if (!text.ok()) return absl::InvalidArgumentError(ToString(text.problems));
  const Parsed<YamlDocument> document = ParseYaml(*text.value, measured.file.string());
  if (!document.ok()) return absl::InvalidArgumentError(ToString(document.problems));
  const std::optional<Promise> promise = PromiseOf(*document.value->root);
  if (!promise) return std::vector<PromiseFinding>();
  absl::StatusOr<HeldOut> held = HoldAgainst(*promise, measured.task, measured.table);
  if (!held.ok()) return held.status();
  return std::move(held->findings);
}

}  // namespace biglittle
