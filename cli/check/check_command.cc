#include "cli/check/check_command.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "cli/check/broker_check.h"
#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/fleet/worker_config.h"
#include "core/plural_words.h"
#include "core/program/exit_code.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "core/yaml/yaml_reader.h"
#include "device_agent/little/escalation_policy.h"
#include "device_agent/reading_deadlines.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

// Keys that only one of the two kinds of file has.
constexpr std::array<std::string_view, 6> kFleetKeys{"fleet",  "devices",         "workers",
                                                     "broker", "device_defaults", "models"};
constexpr std::array<std::string_view, 8> kTaskKeys{
    "task", "labels", "priority_classes", "input", "normalisation", "little", "big", "thresholds"};

template <std::size_t kSize>
std::ptrdiff_t CountKeys(const YamlNode& map, const std::array<std::string_view, kSize>& keys) {
  return std::count_if(map.entries.begin(), map.entries.end(), [&](const YamlNode::Entry& entry) {
    return std::find(keys.begin(), keys.end(), entry.key->text) != keys.end();
  });
}

bool LooksLikeTask(const YamlNode& root) {
  return CountKeys(root, kTaskKeys) > CountKeys(root, kFleetKeys);
}

// Prints what is wrong with a task and its files; the task if nothing is.
std::optional<Task> CheckTask(const std::filesystem::path& file,
                              const std::optional<PublicKey>& key, std::ostream& err) {
  Parsed<Task> task = LoadSignedTask(file, key);
  if (!task.ok()) {
    err << ToString(task.problems) << '\n';
    return std::nullopt;
  }
  if (const absl::Status status = VerifyFiles(*task.value); !status.ok()) {
    err << std::string(status.message()) << '\n';
    return std::nullopt;
  }
  return std::move(task.value);
}

bool IsTuned(const Task& task) {
  return std::ranges::any_of(task.heads, [](const HeadRule& head) {
    return std::ranges::any_of(head.thresholds, [](const auto& t) { return t.has_value(); });
  });
}

// What only the task can tell about the devices that have it; each problem once.
bool CheckDevices(const std::filesystem::path& file, const FleetConfig& fleet, const Task& task,
                  std::ostream& err) {
  std::set<std::string> problems;
  for (const DeviceConfig& device : fleet.devices) {
    if (device.task != task.name) continue;
    const auto rule = MakeRule(task, device.escalation);
    if (!rule.ok()) problems.insert(std::string(rule.status().message()));
    const auto deadlines = ReadingDeadlines::Make(device, task);
    if (!deadlines.ok()) problems.insert(std::string(deadlines.status().message()));
  }
  for (const std::string& problem : problems) {
    err << fmt::format("{}: {}\n", file.string(), problem);
  }
  return problems.empty();
}

int CheckTaskFile(const std::filesystem::path& file, std::ostream& out, std::ostream& err) {
  const std::optional<Task> task = CheckTask(file, std::nullopt, err);
  if (!task) return kExitBadInput;
  out << fmt::format("{}: ok: task {}, {}, {} of them prioritised{}\n", file.string(), task->name,
                     PluralWords(task->labels.size(), "label"), task->priority_classes.size(),
                     IsTuned(*task) ? "" : "; not tuned yet, so that every reading is escalated");
  return kExitDone;
}

int CheckFleetFile(const std::filesystem::path& file, const std::string& text, std::ostream& out,
                   std::ostream& err) {
  const Parsed<FleetConfig> fleet = ParseFleet(text, file, &AllSources());
  if (!fleet.ok()) {
    err << ToString(fleet.problems) << '\n';
    return kExitBadInput;
  }
  std::set<std::string> tasks;
  for (const DeviceConfig& device : fleet.value->devices) tasks.insert(device.task);
  for (const WorkerConfig& worker : fleet.value->workers) {
    tasks.insert(worker.tasks.begin(), worker.tasks.end());
  }
  bool good = true;
  for (const std::string& name : tasks) {
    const std::optional<Task> task =
        CheckTask(fleet.value->models / name, fleet.value->models_public_key, err);
    good = task.has_value() && CheckDevices(file, *fleet.value, *task, err) && good;
  }
  if (!good) return kExitBadInput;
  out << fmt::format("{}: ok: {}, {}, task{} {}\n", file.string(),
                     PluralWords(fleet.value->devices.size(), "device"),
                     PluralWords(fleet.value->workers.size(), "worker"),
                     tasks.size() == 1 ? "" : "s", fmt::join(tasks, ", "));
  return kExitDone;
}

int CheckBroker(const std::filesystem::path& file, const std::string& text, std::ostream& out,
                std::ostream& err) {
  const auto is_link = [](const std::string& path) {
    std::error_code error;
    return std::filesystem::is_symlink(path, error);
  };
  const BrokerFindings findings = CheckBrokerFile(text, file.string(), is_link);
  std::vector<Diagnostic> all = findings.openings;
  all.insert(all.end(), findings.warnings.begin(), findings.warnings.end());
  if (!all.empty()) err << ToString(all) << '\n';
  if (!findings.openings.empty()) return kExitBadInput;
  out << fmt::format("{}: ok: Mosquitto configuration{}\n", file.string(),
                     all.empty() ? "" : ", " + PluralWords(all.size(), "warning"));
  return kExitDone;
}

}  // namespace

int RunCheck(const std::filesystem::path& file, std::ostream& out, std::ostream& err) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return CheckTaskFile(file, out, err);
  const Parsed<std::string> text = ReadTextFile(file);
  if (!text.ok()) {
    err << ToString(text.problems) << '\n';
    return kExitBadInput;
  }
  if (file.extension() == ".conf") return CheckBroker(file, *text.value, out, err);
  const Parsed<YamlDocument> document = ParseYaml(*text.value, file.string());
  if (!document.ok()) {
    err << ToString(document.problems) << '\n';
    return kExitBadInput;
  }
  if (LooksLikeTask(*document.value->root)) return CheckTaskFile(file, out, err);
  return CheckFleetFile(file, *text.value, out, err);
}

}  // namespace biglittle
