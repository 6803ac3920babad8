#include "cli/tuning/labelled_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

#include "cli/tuning/dataset.h"
#include "core/digest.h"
#include "core/fleet/source_config.h"
#include "core/text.h"
#include "core/yaml/yaml_reader.h"
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

absl::StatusOr<std::vector<std::int64_t>> Integers(const std::filesystem::path& path) {
  const absl::StatusOr<DataArray> array = LoadDataFile(path);
  if (!array.ok()) return array.status();
  auto numbers = AsIntegers(*array);
  if (numbers.ok()) return *std::move(numbers);
  return absl::InvalidArgumentError(
      fmt::format("{}: {}", path.string(), std::string(numbers.status().message())));
}

// The groups of the rows that `keep` wants, by the array of that name beside the windows; left
// empty where there is none.
absl::Status ReadGroups(const std::filesystem::path& windows, const std::string& name,
                        const KeepRow& keep, LabelledData& data) {
  const auto path = FindArray(windows.parent_path(), name);
  if (!path.ok()) return absl::OkStatus();
  const auto groups = Integers(*path);
  if (!groups.ok()) return groups.status();
  for (std::size_t row = 0; row < groups->size(); ++row) {
    if (keep(row)) data.groups.push_back((*groups)[row]);
  }
  if (data.groups.size() == data.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("{}: has {} elements for {} readings; one a row is needed, or none of the file",
                  path->string(), data.groups.size(), data.size()));
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
  const auto group_of = Integers(*path);
  if (!group_of.ok()) return group_of.status();
  std::size_t rows = 0;
  const auto is_held = [&](std::size_t row) {
    return row < group_of->size() &&
           std::ranges::find(held.held, (*group_of)[row]) != held.held.end();
  };
  absl::StatusOr<LabelledData> data = FromFiles(task, *files, [&](std::size_t row) {
    rows = row + 1;
    return is_held(row);
  });
  if (rows > 0 && rows != group_of->size()) {
    return absl::InvalidArgumentError(
        fmt::format("{}: has {} elements for {} rows of training data; one a row is needed",
                    path->string(), group_of->size(), rows));
  }
  for (std::size_t row = 0; data.ok() && row < group_of->size(); ++row) {
    if (is_held(row)) data->groups.push_back((*group_of)[row]);
  }
  return data;
}

// Labels are numbers by the labels.txt beside them, where there is one: of later data a class may
// be missing, and the others have other numbers then.
absl::Status MapLabels(const Task& task, const std::filesystem::path& windows, LabelledData& data) {
  const std::filesystem::path file = windows.parent_path() / "labels.txt";
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return absl::OkStatus();
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) return absl::InvalidArgumentError(ToString(text.problems));
  std::vector<int> index;
  for (absl::string_view line : absl::StrSplit(*text.value, '\n', absl::SkipWhitespace())) {
    const std::string label(absl::StripAsciiWhitespace(line));
    const auto found = std::ranges::find(task.labels, label);
    if (found == task.labels.end()) {
      return absl::InvalidArgumentError(
          fmt::format("{}: {} is no label of task {}", file.string(), Quoted(label), task.name));
    }
    index.push_back(static_cast<int>(found - task.labels.begin()));
  }
  for (int& truth : data.truth) {
    if (truth < 0) continue;
    if (static_cast<std::size_t>(truth) >= index.size()) {
      return absl::InvalidArgumentError(fmt::format("{} has {} labels, the data has a number {}",
                                                    file.string(), index.size(), truth));
    }
    truth = index[static_cast<std::size_t>(truth)];
  }
  return absl::OkStatus();
}

// The name of the array that says the groups of a part's rows.
std::string GroupsName(const Task& task, DataPart part) {
  if (part == DataPart::kValidation) return "groups_validation";
  const auto* held = task.validation ? std::get_if<HeldGroups>(&*task.validation) : nullptr;
  std::string name = held == nullptr ? "groups_test" : held->groups;
  const std::size_t at = name.rfind("train");
  if (at != std::string::npos) name.replace(at, 5, "test");
  return name;
}

absl::StatusOr<LabelledData> FromPart(const Task& task, const Dataset& files, DataPart part) {
  absl::StatusOr<LabelledData> data = FromFiles(task, {files}, KeepAll);
  if (!data.ok()) return data;
  if (absl::Status s = MapLabels(task, files.windows, *data); !s.ok()) return s;
  absl::Status groups = ReadGroups(files.windows, GroupsName(task, part), KeepAll, *data);
  if (!groups.ok()) return groups;
  return data;
}

// Of X and y; NotFound where they do not have that part.
absl::StatusOr<LabelledData> FromWhole(const Task& task, const std::filesystem::path& folder,
                                       DataPart part, const std::filesystem::path& task_folder) {
  const auto files = FindWholeFiles(task.name, folder);
  if (!files.ok()) return files.status();
  const auto parts = PartsOf(*files, task_folder);
  if (!parts.ok()) return parts.status();
  if (parts->empty() && part == DataPart::kValidation) {
    return absl::NotFoundError("nobody says which rows are the validation part");
  }
  const RowPart wanted = part == DataPart::kTest ? RowPart::kTest : RowPart::kValidation;
  if (!parts->empty() && std::ranges::count(*parts, wanted) == 0) {
    return absl::NotFoundError(fmt::format(
        "{} was trained on, and has no test part; name a folder with X_test.npy and y_test.npy",
        files->windows.string()));
  }
  const KeepRow keep = [&](std::size_t row) {
    return parts->empty() || (row < parts->size() && (*parts)[row] == wanted);
  };
  absl::StatusOr<LabelledData> data = FromFiles(task, {*files}, keep);
  if (!data.ok()) return data;
  if (absl::Status s = MapLabels(task, files->windows, *data); !s.ok()) return s;
  if (absl::Status s = ReadGroups(files->windows, "groups", keep, *data); !s.ok()) return s;
  if (part == DataPart::kTest) {
    data->note = parts->empty()
                     ? fmt::format("all {} rows of {}: as far as is known none was trained on",
                                   data->size(), data->name)
                     : fmt::format("the {} rows of {} that training held back as test part",
                                   data->size(), data->name);
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
                                  DataPart part, const std::filesystem::path& task_folder) {
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
    if (files.ok()) return FromPart(task, *files, part);
    absl::StatusOr<LabelledData> whole = FromWhole(task, folder, part, task_folder);
    if (whole.ok() || !absl::IsNotFound(whole.status())) return whole;
    const bool has_whole = FindWholeFiles(task.name, folder).ok();
    if (simulated == nullptr && part == DataPart::kTest) {
      return has_whole ? whole.status() : files.status();
    }
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

absl::StatusOr<std::vector<RowPart>> PartsOf(const Dataset& files,
                                             const std::filesystem::path& task_folder) {
  std::vector<RowPart> parts;
  std::error_code error;
  const std::filesystem::path path = task_folder / kPartsFile;
  if (task_folder.empty() || !std::filesystem::is_regular_file(path, error)) return parts;
  absl::StatusOr<DataArray> array = LoadDataFile(path);
  if (!array.ok()) return array.status();
  const bool in_pairs = array->shape.size() == 2 && array->shape[1] == 2;
  if (in_pairs) array->shape = {array->shape[0] * 2};
  const auto numbers = AsIntegers(*array);
  const auto labels = Integers(files.labels);
  if (!labels.ok()) return labels.status();
  if (!numbers.ok() || !in_pairs) {
    return absl::InvalidArgumentError(
        fmt::format("{} must be integers [rows, 2]: train again, or remove it", path.string()));
  }
  if (numbers->size() != 2 * labels->size()) return parts;  // of other data
  for (std::size_t row = 0; row < labels->size(); ++row) {
    if ((*numbers)[2 * row + 1] != (*labels)[row]) return std::vector<RowPart>();
    parts.push_back(static_cast<RowPart>(std::clamp<std::int64_t>((*numbers)[2 * row], 0, 2)));
  }
  return parts;
}

absl::StatusOr<LabelledData> LoadLabelledData(const Task& task, const std::filesystem::path& folder,
                                              DataPart part,
                                              const std::filesystem::path& task_folder) {
  absl::StatusOr<LabelledData> data = Load(task, folder, part, task_folder);
  if (!data.ok()) return data;
  if (absl::Status status = CheckLabels(*data); !status.ok()) return status;
  return data;
}

}  // namespace biglittle
