#include "cli/dashboard/page_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/task/task_file.h"
#include "core/task/task_versions.h"
#include "core/text.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

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

Json ToJson(const Task& task, const std::vector<std::string>& normal,
            std::optional<double> escalation) {
  Json json = {{"labels", task.labels}, {"prioritised", Json::array()}, {"normal", normal}};
  for (const int index : task.priority_classes) json["prioritised"].push_back(task.LabelOf(index));
  json["shape"] = task.input_shape;
  if (escalation) json["escalation"] = *escalation;
  if (task.input_rate_hz) json["rate_hz"] = *task.input_rate_hz;
  return json;
}

// Of each task that a device has.
absl::StatusOr<Json> TasksOf(const FleetConfig& fleet, const std::vector<std::string>& normal) {
  std::set<std::string> names;
  for (const DeviceConfig& device : fleet.devices) names.insert(device.task);
  Json tasks = Json::object();
  std::set<std::string> unknown(normal.begin(), normal.end());
  for (const std::string& name : names) {
    const Parsed<Task> task = LoadTask(fleet.models / name);
    if (!task.ok()) return absl::InvalidArgumentError(ToString(task.problems));
    for (const std::string& label : task.value->labels) unknown.erase(label);
    tasks[name] = ToJson(*task.value, NormalLabels(*task.value, normal),
                         PromisedEscalation(fleet.models / name));
  }
  if (unknown.empty()) return tasks;
  return absl::InvalidArgumentError(
      fmt::format("no task of the fleet has the label {}", Quoted(*unknown.begin())));
}

bool IsUrl(std::string_view url) {
  const bool is_websocket = url.starts_with("ws://") || url.starts_with("wss://");
  // It stands in the page's policy, whose parts blanks, commas and semicolons end.
  return is_websocket && url.size() > 8 &&
         url.find_first_of(" \t\r\n;,\"'<>&") == std::string_view::npos;
}

}  // namespace

absl::StatusOr<std::string> ToPageJson(const FleetConfig& fleet, const PageSettings& settings) {
  if (!IsUrl(settings.url)) {
    return absl::InvalidArgumentError(
        fmt::format("the broker's address must be like wss://broker.example:8884/mqtt, not {}",
                    Quoted(settings.url)));
  }
  absl::StatusOr<Json> tasks = TasksOf(fleet, settings.normal);
  if (!tasks.ok()) return tasks.status();
  Json devices = Json::object();
  for (const DeviceConfig& device : fleet.devices) {
    devices[device.id] = {{"task", device.task}, {"deadline_ms", device.deadline.count()}};
  }
  const Json json = {{"fleet", fleet.fleet},          {"topic_root", fleet.topic_root},
                     {"url", settings.url},           {"login", settings.login},
                     {"steering", settings.steering}, {"tasks", *std::move(tasks)},
                     {"devices", std::move(devices)}};
  return json.dump() + "\n";
}

}  // namespace biglittle
