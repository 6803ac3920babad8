#include "cli/fleet_tasks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

#include "core/task/task_file.h"
#include "core/task/task_versions.h"
#include "core/text.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

constexpr std::array<std::string_view, 8> kWellWords{"healthy", "normal", "ok",   "good",
                                                     "nominal", "idle",   "fine", "no_fault"};

bool IsIn(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

std::vector<std::string> NormalLabels(const Task& task, const std::vector<std::string>& named) {
  std::vector<std::string> normal;
  for (const std::string& label : task.labels) {
    const bool is_normal = named.empty() ? std::ranges::find(kWellWords, label) != kWellWords.end()
                                         : IsIn(named, label);
    if (is_normal) normal.push_back(label);
  }
  return normal;
}

const YamlNode* Under(const YamlNode* map, std::string_view key) {
  if (map == nullptr) return nullptr;
  const auto found = std::ranges::find_if(
      map->entries, [&](const YamlNode::Entry& entry) { return entry.key->text == key; });
  return found == map->entries.end() ? nullptr : found->value;
}

// The share that `biglittle tune` promised: a figure that programs do not need, so that Task has it
// not. nullopt: the task was not tuned.
std::optional<double> PromisedEscalation(const std::filesystem::path& folder) {
  const std::filesystem::path file = ResolveTaskFolder(folder) / "task.yaml";
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) return std::nullopt;
  const Parsed<YamlDocument> document = ParseYaml(*text.value, file.string());
  if (!document.ok()) return std::nullopt;
  const YamlNode* rate =
      Under(Under(Under(document.value->root, "tuned"), "expected"), "escalation_rate");
  return rate == nullptr ? std::nullopt : ParseNumber<double>(rate->text);
}

}  // namespace

bool ShownTask::IsNormal(std::string_view label) const { return IsIn(normal, label); }

bool ShownTask::IsPrioritised(std::string_view label) const {
  return std::ranges::any_of(task.priority_classes,
                             [&](int index) { return task.LabelOf(index) == label; });
}

absl::StatusOr<std::map<std::string, ShownTask>> LoadShownTasks(
    const FleetConfig& fleet, const std::vector<std::string>& normal) {
  std::map<std::string, ShownTask> tasks;
  std::set<std::string> unknown(normal.begin(), normal.end());
  for (const DeviceConfig& device : fleet.devices) {
    if (tasks.contains(device.task)) continue;
    Parsed<Task> task = LoadTask(fleet.models / device.task);
    if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
    for (const std::string& label : task.value->labels) unknown.erase(label);
    ShownTask shown{.task = *std::move(task.value), .normal = {}, .escalation = {}};
    shown.normal = NormalLabels(shown.task, normal);
    shown.escalation = PromisedEscalation(fleet.models / device.task);
    tasks.emplace(device.task, std::move(shown));
  }
  if (unknown.empty()) return tasks;
  return absl::InvalidArgumentError(
      fmt::format("no task of the fleet has the label {}", Quoted(*unknown.begin())));
}

}  // namespace biglittle
