#include "core/fleet/fleet_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "core/fleet/fleet_broker.h"
#include "core/fleet/fleet_devices.h"
#include "core/fleet/fleet_home_assistant.h"
#include "core/fleet/fleet_workers.h"
#include "core/fleet/host_entries.h"
#include "core/fleet/topic_levels.h"
#include "core/text.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

void ReadTopicRoot(const YamlNode& node, std::string& target, Problems& problems) {
  ReadTopicLevels(node, "topic_root", target, problems);
}

// Empty after reporting that there is no such folder.
void ReadModels(const YamlNode& node, std::filesystem::path& target, Problems& problems) {
  auto models = ReadPath(node, "models", problems);
  if (!models) return;
  std::error_code error;
  if (std::filesystem::is_directory(*models, error)) {
    target = *std::move(models);
  } else {
    problems.Add(node, fmt::format("there is no folder {}", models->string()));
  }
}

std::optional<PublicKey> ReadPublicKey(const YamlNode& node, ModelsNeeded models,
                                       Problems& problems) {
  const auto path = ReadPath(node, "models_public_key", problems);
  if (!path || models != ModelsNeeded::kTasksAndKey) return std::nullopt;
  absl::StatusOr<PublicKey> key = PublicKey::Load(*path);
  if (key.ok()) return *key;
  problems.Add(node, fmt::format("the models' public key cannot be used: {}",
                                 std::string(key.status().message())));
  return std::nullopt;
}

ListShape EntriesOf(std::size_t most, std::shared_ptr<const SectionFacts> entry) {
  return {.least = 0, .most = most, .element = Each({MapShape{{std::move(entry)}}})};
}

// What devices and sources have: for people, who may be told of all, and empty for the reader.
struct DeviceShapes {
  MapShape defaults;
  ListShape devices;
};

KeyTable<FleetConfig> FleetKeys(DeviceShapes shapes) {
  using Fleet = FleetConfig;
  return KeyTable<Fleet>(
      "fleet",
      "a fleet: its broker, its devices, its cloud workers. `biglittle check FILE` tells more than "
      "a schema can: ids that are given twice, tasks that nobody serves, files that are missing",
      {VersionKey<Fleet>(),
       Required(IdentifierKey("fleet", &Fleet::fleet,
                              {.help = "the fleet's name, a level of every topic"})),
       KeyReadBy("topic_root", &Fleet::topic_root, ReadTopicRoot, {TopicLevelsShape()},
                 {.help = "what all topics begin with"}, WrittenDefault(Fleet{}.topic_root)),
       IdentifierKey("worker_group", &Fleet::worker_group,
                     {.help = "group of the shared subscription: its workers divide the requests"}),
       Required(KeyReadBy("models", &Fleet::models, ReadModels, {PathShape("folder")},
                          {.help = "has one folder a task"})),
       OwnKey<Fleet>("models_public_key", {PathShape("file")},
                     {.help = "Ed25519 public key in PEM: devices, workers and `check` take signed "
                              "tasks only. `provision init` makes the key; `provision` and `watch` "
                              "do not need the file",
                      .absent = "none: signatures are not looked at"}),
       PathKey("models_releases", &Fleet::models_releases, "folder",
               {.help = "where devices and workers of a fleet with a `models_public_key` remember "
                        "[which release](#releases) of each task they took last; made if it is "
                        "missing",
                .absent = "none: a device in its `store`'s `folder`; a worker, and a device "
                          "without a store, while it runs"}),
       SectionKey("broker", &Fleet::broker, BrokerKeys(), {.absent = "all defaults"}),
       SectionKey("home_assistant", &Fleet::home_assistant, HomeAssistantKeys(),
                  {.absent = "no device shows itself there"}),
       OwnKey<Fleet>("device_defaults", {std::move(shapes.defaults)}, {.absent = "empty"}),
       OwnKey<Fleet>("devices", {std::move(shapes.devices)},
                     {.help = "the devices; a file may have workers only",
                      .absent = "none",
                      .range = fmt::format("up to {}", kMaxDevices)}),
       OwnKey<Fleet>("workers", {EntriesOf(kMaxWorkers, WorkerFacts())},
                     {.help = "the cloud workers; where there are any, every device's task must be "
                              "served",
                      .absent = "none",
                      .range = fmt::format("up to {}", kMaxWorkers)}),
       OwnKey<Fleet>("hosts", {EntriesOf(kMaxHosts, HostFacts())},
                     {.help = "the machines that devices, workers and the broker run on, for "
                              "[`biglittle deploy`](deployment.md); the programs do not look at it",
                      .absent = "none",
                      .range = fmt::format("up to {}", kMaxHosts)})});
}

const KeyTable<FleetConfig>& FleetKeys() {
  static const KeyTable<FleetConfig> keys = FleetKeys(DeviceShapes{});
  return keys;
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

// What Home Assistant shows first of all is the class that a device has settled on.
void ShowStates(std::vector<DeviceConfig>& devices) {
  for (DeviceConfig& device : devices) {
    if (!device.state) device.state.emplace();
  }
}

FleetConfig ReadFleet(const YamlNode& root, const SourceKinds* sources, ModelsNeeded models,
                      Problems& problems) {
  FleetConfig config;
  MapReader map(root, "the fleet file", problems);
  FleetKeys().Read(map, config);
  if (const YamlNode* key = map.Find("models_public_key")) {
    config.models_public_key = ReadPublicKey(*key, models, problems);
  }

  KnownTasks tasks(models == ModelsNeeded::kNone ? std::filesystem::path() : config.models);
  DeviceReader devices(sources, tasks, problems);
  if (const YamlNode* defaults = map.Find("device_defaults")) devices.ReadDefaults(*defaults);
  if (const YamlNode* list = map.Find("devices")) devices.ReadDevices(*list);
  config.devices = devices.TakeDevices();
  if (const YamlNode* section = map.Find("home_assistant"); section && config.home_assistant) {
    CheckHomeAssistant(*section, *config.home_assistant, config.topic_root, problems);
    ShowStates(config.devices);
  }
  if (const YamlNode* list = map.Find("workers")) {
    config.workers = ReadWorkers(*list, tasks, problems);
  }
  CheckServed(devices.entries(), config.workers, problems);
  if (const YamlNode* list = map.Find("hosts")) {
    config.hosts = ReadHosts(*list, config.devices, config.workers, problems);
  }
  if (problems.empty() && config.devices.empty() && config.workers.empty()) {
    problems.Add(root, "neither 'devices' nor 'workers' names anything");
  }
  map.Finish();
  return config;
}

}  // namespace

Parsed<FleetConfig> LoadFleet(const std::filesystem::path& path, const SourceKinds* sources,
                              ModelsNeeded models) {
  const Parsed<std::string> text = ReadTextFile(path);
  if (!text.ok()) return {.value = std::nullopt, .problems = text.problems};
  return ParseFleet(*text.value, path, sources, models);
}

Parsed<FleetConfig> ParseFleet(std::string_view text, const std::filesystem::path& file,
                               const SourceKinds* sources, ModelsNeeded models) {
  const Parsed<YamlDocument> document = ParseYaml(text, file.string());
  if (!document.ok()) return {.value = std::nullopt, .problems = document.problems};
  Problems problems(file.string());
  Parsed<FleetConfig> parsed;
  parsed.value = ReadFleet(*document.value->root, sources, models, problems);
  if (!problems.empty()) parsed = {.value = std::nullopt, .problems = problems.Take()};
  return parsed;
}

std::shared_ptr<const SectionFacts> FleetFacts(const SourceKinds& sources) {
  return FleetKeys({.defaults = MapShape{{DeviceDefaultsFacts(sources)}},
                    .devices = EntriesOf(kMaxDevices, DeviceFacts(sources))})
      .facts();
}

}  // namespace biglittle
