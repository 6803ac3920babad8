#include "core/fleet/fleet_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "core/fleet/fleet_broker.h"
#include "core/fleet/fleet_devices.h"
#include "core/fleet/fleet_workers.h"
#include "core/text.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

constexpr std::size_t kMaxTopicRootBytes = 200;

// Identifiers with '/' between them.
bool IsTopicRoot(std::string_view text) {
  if (text.size() > kMaxTopicRootBytes) return false;
  while (true) {
    const std::size_t end = std::min(text.find('/'), text.size());
    if (!IsIdentifier(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

// Empty after reporting that there is no such folder.
std::filesystem::path ReadModels(MapReader& map, const std::filesystem::path& base) {
  const YamlNode* node = map.Require("models");
  if (node == nullptr) return {};
  const auto text = ReadLine(*node, "models", kMaxPathBytes, map.problems());
  if (!text) return {};
  std::filesystem::path models = (base / *text).lexically_normal();
  std::error_code error;
  if (std::filesystem::is_directory(models, error)) return models;
  map.problems().Add(*node, fmt::format("there is no folder {}", models.string()));
  return {};
}

std::optional<PublicKey> ReadPublicKey(MapReader& map, const std::filesystem::path& base,
                                       ModelsKey models_key) {
  const YamlNode* node = map.Find("models_public_key");
  if (node == nullptr) return std::nullopt;
  const auto text = ReadLine(*node, "models_public_key", kMaxPathBytes, map.problems());
  if (!text || models_key == ModelsKey::kNotNeeded) return std::nullopt;
  absl::StatusOr<PublicKey> key = PublicKey::Load((base / *text).lexically_normal());
  if (key.ok()) return *key;
  map.problems().Add(*node, fmt::format("the models' public key cannot be used: {}",
                                        std::string(key.status().message())));
  return std::nullopt;
}

std::optional<std::filesystem::path> ReadReleases(MapReader& map,
                                                  const std::filesystem::path& base) {
  const YamlNode* node = map.Find("models_releases");
  if (node == nullptr) return std::nullopt;
  const auto text = ReadLine(*node, "models_releases", kMaxPathBytes, map.problems());
  if (!text) return std::nullopt;
  return (base / *text).lexically_normal();
}

void ReadNames(MapReader& map, FleetConfig& config) {
  map.Require("fleet");
  map.GetIdentifier("fleet", config.fleet);
  if (const YamlNode* root = map.Find("topic_root")) {
    auto text = ReadLine(*root, "topic_root", kMaxPathBytes, map.problems());
    if (text && IsTopicRoot(*text)) {
      config.topic_root = *std::move(text);
    } else if (text) {
      map.problems().Add(*root, fmt::format("'topic_root' must be levels of A-Z a-z 0-9 _ . - with "
                                            "'/' between them, not {}",
                                            Quoted(*text)));
    }
  }
  map.GetIdentifier("worker_group", config.worker_group);
}

// A device whose escalations nobody would answer. A file without workers leaves them to another.
void CheckServed(const std::vector<DeviceEntry>& devices, const std::vector<WorkerConfig>& workers,
                 Problems& problems) {
  if (workers.empty()) return;
  std::set<std::string_view> served;
  for (const WorkerConfig& worker : workers)
    served.insert(worker.tasks.begin(), worker.tasks.end());
  for (const DeviceEntry& device : devices) {
    if (device.task.empty() || served.count(device.task) > 0) continue;
    problems.Add(*device.task_node,
                 fmt::format("no worker serves the task {}; add it to a worker's 'tasks'",
                             Quoted(device.task)));
  }
}

FleetConfig ReadFleet(const YamlNode& root, const std::filesystem::path& file, ModelsKey models_key,
                      Problems& problems) {
  FleetConfig config;
  const std::filesystem::path base = file.parent_path();
  MapReader map(root, "the fleet file", problems);
  map.CheckVersion();
  ReadNames(map, config);
  config.models = ReadModels(map, base);
  config.models_public_key = ReadPublicKey(map, base, models_key);
  config.models_releases = ReadReleases(map, base);
  if (const YamlNode* broker = map.Find("broker")) {
    config.broker = ReadBroker(*broker, base, problems);
  }

  KnownTasks tasks(config.models);
  DeviceReader devices(base, tasks, problems);
  if (const YamlNode* defaults = map.Find("device_defaults")) devices.ReadDefaults(*defaults);
  if (const YamlNode* list = map.Find("devices")) devices.ReadDevices(*list);
  config.devices = devices.TakeDevices();
  if (const YamlNode* list = map.Find("workers")) {
    config.workers = ReadWorkers(*list, tasks, problems);
  }
  CheckServed(devices.entries(), config.workers, problems);
  if (problems.empty() && config.devices.empty() && config.workers.empty()) {
    problems.Add(root, "neither 'devices' nor 'workers' names anything");
  }
  map.Finish();
  return config;
}

}  // namespace

Parsed<FleetConfig> LoadFleet(const std::filesystem::path& path, ModelsKey models_key) {
  const Parsed<std::string> text = ReadTextFile(path);
  if (!text.ok()) return {.value = std::nullopt, .problems = text.problems};
  return ParseFleet(*text.value, path, models_key);
}

Parsed<FleetConfig> ParseFleet(std::string_view text, const std::filesystem::path& file,
                               ModelsKey models_key) {
  const Parsed<YamlDocument> document = ParseYaml(text, file.string());
  if (!document.ok()) return {.value = std::nullopt, .problems = document.problems};
  Problems problems(file.string());
  Parsed<FleetConfig> parsed;
  parsed.value = ReadFleet(*document.value->root, file, models_key, problems);
  if (!problems.empty()) parsed = {.value = std::nullopt, .problems = problems.Take()};
  return parsed;
}

}  // namespace biglittle
