#include "cli/tuning/labelled_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "cli/tuning/dataset.h"
#include "core/digest.h"
#include "core/fleet/source_config.h"
#include "device_agent/sources/replay/data_file.h"
#include "device_agent/sources/replay/replay_options.h"
#include "device_agent/sources/source_registry.h"
#include "device_agent/sources/vibration/vibration_options.h"

namespace biglittle {
namespace {

using KeepRow = std::function<bool(std::size_t)>;

bool KeepAll(std::size_t /*row*/) { return true; }

// Appends the rows of one source that `keep` wants; `row` counts on over all sources.
absl::Status Append(const Task& task, const SourceConfig& config, const KeepRow& keep,
                    std::size_t& row, LabelledData& data) {
  auto source = MakePolledSource(config, task);
  if (!source.ok()) return source.status();
  for (;; ++row) {
    absl::StatusOr<std::optional<Sample>> sample = (*source)->Next();
    if (!sample.ok()) return sample.status();
    if (!sample->has_value()) return absl::OkStatus();
    if (!keep(row)) continue;
    data.windows.push_back(std::move((*sample)->window));
    data.truth.push_back((*sample)->truth.value_or(-1));
  }
}

absl::StatusOr<LabelledData> FromFiles(const Task& task, const std::vector<Dataset>& files,
                                       const KeepRow& keep) {
  LabelledData data;
  data.name = files.front().windows.string();
  std::size_t row = 0;
  for (const Dataset& file : files) {
    const SourceConfig config =
        AsSourceConfig(ReplaySource{.windows = file.windows, .labels = file.labels});
    if (absl::Status s = Append(task, config, keep, row, data); !s.ok()) return s;
  }
  if (data.size() == 0) {
    return absl::InvalidArgumentError(
        fmt::format("{}: none of its {} rows belongs to the validation part; look at 'validation' "
                    "in task.yaml",
                    data.name, row));
  }
  return data;
}

absl::StatusOr<LabelledData> FromSimulation(const Task& task, const SimulatedReadings& readings,
                                            DataPart part) {
  LabelledData data;
  const std::uint64_t seed = readings.seed + (part == DataPart::kTest ? 1 : 0);
  data.name = fmt::format("{} simulated readings of seed {}", readings.readings, seed);
  SourceConfig config = AsSourceConfig(VibrationSource{seed});
  config.readings = readings.readings;
  std::size_t row = 0;
  if (absl::Status s = Append(task, config, KeepAll, row, data); !s.ok()) return s;
  return data;
}

absl::StatusOr<LabelledData> FromTrainingRows(const Task& task,
                                              const std::filesystem::path& folder) {
  const auto files = FindTrainingFiles(task.name, folder);
  if (!files.ok()) {
    return absl::NotFoundError(
        fmt::format("{}; nor has it X_validation.npy and y_validation.npy, which './biglittle "
                    "train --task {} --data {} --prepare' can write to "
                    "build/train/{}/data from other files",
                    std::string(files.status().message()), task.name, folder.string(), task.name));
  }
  if (!task.validation) {
    return absl::FailedPreconditionError(fmt::format(
        "{} has no X_validation.npy and y_validation.npy, and task {} does not say which rows of "
        "the training data are its validation part: write those two files, or add 'validation' to "
        "its task.yaml",
        folder.string(), task.name));
  }
  if (const auto* rows = std::get_if<EveryNthRow>(&*task.validation)) {
    return FromFiles(task, *files, [n = rows->n](std::size_t row) { return row % n == n - 1; });
  }
  const auto& held = std::get<HeldGroups>(*task.validation);
  const auto path = FindArray(files->front().windows.parent_path(), held.groups);
  if (!path.ok()) return path.status();
  const absl::StatusOr<DataArray> groups = LoadDataFile(*path);
  if (!groups.ok()) return groups.status();
  const auto group_of = AsIntegers(*groups);
  if (!group_of.ok()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: {}", path->string(), std::string(group_of.status().message())));
  }
  std::size_t rows = 0;
  absl::StatusOr<LabelledData> data = FromFiles(task, *files, [&](std::size_t row) {
    rows = row + 1;
    return row < group_of->size() &&
           std::ranges::find(held.held, (*group_of)[row]) != held.held.end();
  });
  if (rows > 0 && rows != group_of->size()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: has {} elements for {} rows of training data; one a row is needed",
                    path->string(), group_of->size(), rows));
  }
  return data;
}

absl::Status CheckLabels(const LabelledData& data) {
  const auto unlabelled = std::ranges::find(data.truth, -1);
  if (unlabelled == data.truth.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: row {} has no label", data.name, unlabelled - data.truth.begin()));
}

absl::StatusOr<LabelledData> Load(const Task& task, const std::filesystem::path& folder,
                                  DataPart part) {
  const auto* simulated =
      task.validation ? std::get_if<SimulatedReadings>(&*task.validation) : nullptr;
  if (folder.empty() && simulated == nullptr) {
    return absl::InvalidArgumentError(fmt::format(
        "task {} has recorded data: name the folder that it is in by --data", task.name));
  }
  std::error_code error;
  if (!folder.empty() && !std::filesystem::is_directory(folder, error)) {
    return absl::NotFoundError(fmt::format("--data {} is no folder", folder.string()));
  }
  if (!folder.empty()) {
    const auto files = part == DataPart::kTest ? FindTestFiles(task.name, folder)
                                               : FindValidationFiles(task.name, folder);
    if (files.ok()) return FromFiles(task, {*files}, KeepAll);
    if (simulated == nullptr && part == DataPart::kTest) return files.status();
  }
  if (simulated != nullptr) return FromSimulation(task, *simulated, part);
  return FromTrainingRows(task, folder);
}

}  // namespace

std::string LabelledData::Digest() const {
  std::string rows;
  for (std::size_t i = 0; i < size(); ++i) {
    rows += fmt::format("{} {}\n", Sha256(windows[i].data), truth[i]);
  }
  return Sha256(std::as_bytes(std::span(rows)));
}

absl::StatusOr<LabelledData> LoadLabelledData(const Task& task, const std::filesystem::path& folder,
                                              DataPart part) {
  absl::StatusOr<LabelledData> data = Load(task, folder, part);
  if (!data.ok()) return data;
  if (absl::Status status = CheckLabels(*data); !status.ok()) return status;
  return data;
}

}  // namespace biglittle
