#include "core/fleet/fleet_devices.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include "core/fleet/device_sections.h"
#include "core/fleet/fleet_hosts.h"
#include "core/task/task_versions.h"
#include "core/text.h"

namespace biglittle {
namespace {

constexpr WholeRange kCounter{0, kMaxExactWhole};

// Copy `k` of a template sees other data than copy 0.
void ShiftSource(SourceConfig& source, std::uint64_t k) {
  if (auto* replay = std::get_if<ReplaySource>(&source.kind)) replay->start += k;
  if (auto* vibration = std::get_if<VibrationSource>(&source.kind)) vibration->seed += k;
}

}  // namespace

std::string KnownTasks::Read(const YamlNode& node, std::string_view name, Problems& problems) {
  const auto text = ReadLine(node, name, 64, problems);
  if (!text) return "";
  if (!IsTaskName(*text)) {
    problems.Add(node, fmt::format("'{}' must be 1 to 64 characters of a-z 0-9 -, not {}", name,
                                   Quoted(*text)));
    return "";
  }
  if (models_.empty()) return *text;
  auto known = exists_.find(*text);
  if (known == exists_.end()) {
    std::error_code error;
    const bool exists =
        std::filesystem::is_regular_file(ResolveTaskFolder(models_ / *text) / "task.yaml", error);
    known = exists_.emplace(*text, exists).first;
  }
  if (known->second) return *text;
  problems.Add(node, fmt::format("there is no task {}: no file {}", Quoted(*text),
                                 (models_ / *text / "task.yaml").lexically_normal().string()));
  return "";
}

void DeviceReader::ReadDefaults(const YamlNode& node) {
  MapReader map(node, "device_defaults", problems_);
  ReadSettings(map, defaults_);
  map.Finish();
}

void DeviceReader::ReadDevices(const YamlNode& node) {
  const auto* items = ReadList(node, "devices", 0, kMaxDevices, problems_);
  if (items == nullptr) return;
  for (const YamlNode* item : *items) {
    ReadDevice(*item);
    if (devices_.size() > kMaxDevices) {
      problems_.Add(*item,
                    fmt::format("more than {} devices in all; divide the fleet", kMaxDevices));
      return;
    }
  }
}

void DeviceReader::ReadDevice(const YamlNode& node) {
  MapReader map(node, "device", problems_);
  Draft draft = defaults_;
  const YamlNode* id = map.Require("id");
  const Copies copies = ReadCopies(map, kMaxDevices);
  ReadSettings(map, draft);
  map.Finish();
  CheckComplete(map, draft);
  if (draft.config.health) {
    const YamlNode* place = map.Find("health");
    CheckHealthPorts(place != nullptr ? *place : node, *draft.config.health, copies.count,
                     problems_);
  }
  entries_.push_back({&node, draft.task_node, draft.config.task});
  if (id != nullptr) Unfold(*id, copies, draft.config);
}

void DeviceReader::ReadSettings(MapReader& map, Draft& draft) {
  DeviceConfig& config = draft.config;
  if (const YamlNode* task = map.Find("task")) {
    config.task = tasks_.Read(*task, "task", problems_);
    draft.task_node = task;
  }
  map.GetDuration("deadline_ms", kDeadlineMs, config.deadline);
  if (const YamlNode* node = map.Find("class_deadlines_ms")) {
    ReadClassDeadlines(*node, config.class_deadlines, problems_);
  }
  if (const YamlNode* mode = map.Find("answer_mode")) {
    const auto choice = ReadChoice(*mode, "answer_mode", {"wait", "refine"}, problems_);
    if (choice) config.answer_mode = static_cast<AnswerMode>(*choice);
  }
  if (const YamlNode* source = map.Find("source")) ReadSource(*source, draft);
  if (const YamlNode* node = map.Find("escalation"))
    ReadEscalation(*node, config.escalation, problems_);
  if (const YamlNode* node = map.Find("results")) ReadResults(*node, config.results, problems_);
  if (const YamlNode* node = map.Find("store")) ReadStore(*node, base_, config.store, problems_);
  map.GetDuration("status_interval_ms", kStatusIntervalMs, config.status_interval);
  map.GetDuration("drain_timeout_ms", kDrainTimeoutMs, config.drain_timeout);
  if (const YamlNode* health = map.Find("health")) {
    config.health = ReadHealth(*health, config.health.value_or(HealthConfig{}), problems_);
  }
}

void DeviceReader::ReadSource(const YamlNode& node, Draft& draft) {
  MapReader map(node, "source", problems_);
  SourceConfig& source = draft.config.source;
  if (const YamlNode* type = map.Find("type")) {
    const auto choice = ReadChoice(*type, "type", {"replay", "vibration"}, problems_);
    // Without a type the keys that belong to it cannot be told from mistakes.
    if (!choice) return;
    const bool changes = !draft.has_type || *choice != source.kind.index();
    if (changes && draft.has_type) source = SourceConfig{};
    if (changes) draft.has_windows = false;
    if (changes && *choice == 0) source.kind = ReplaySource{};
    if (changes && *choice == 1) source.kind = VibrationSource{};
    draft.has_type = true;
  }
  if (auto* replay = std::get_if<ReplaySource>(&source.kind); replay != nullptr && draft.has_type) {
    ReadReplay(map, *replay, draft);
  }
  if (auto* vibration = std::get_if<VibrationSource>(&source.kind);
      vibration != nullptr && draft.has_type) {
    map.GetWhole("seed", kCounter, vibration->seed);
  }
  if (const YamlNode* readings = map.Find("readings")) {
    const auto count = ReadWhole(*readings, "readings", {1, kMaxExactWhole}, problems_);
    if (count) source.readings = static_cast<std::uint64_t>(*count);
  }
  map.GetDuration("interval_ms", {0, 3'600'000}, source.interval);
  map.GetWhole("queue_capacity", {1, 65'536}, source.queue_capacity);
  if (const YamlNode* rule = map.Find("when_full")) {
    const auto choice = ReadChoice(*rule, "when_full", {"drop_oldest", "drop_newest"}, problems_);
    if (choice) source.when_full = static_cast<WhenFull>(*choice);
  }
  map.Finish();
}

void DeviceReader::ReadReplay(MapReader& map, ReplaySource& replay, Draft& draft) {
  if (const YamlNode* windows = map.Find("windows")) {
    replay.windows = ReadDataFile(*windows, "windows");
    draft.has_windows = true;
  }
  if (const YamlNode* labels = map.Find("labels")) {
    replay.labels = ReadDataFile(*labels, "labels");
  }
  map.GetWhole("start", kCounter, replay.start);
  map.GetWhole("stride", {1, kMaxExactWhole}, replay.stride);
  if (const YamlNode* seed = map.Find("shuffle_seed")) {
    const auto value = ReadWhole(*seed, "shuffle_seed", kCounter, problems_);
    if (value) replay.shuffle_seed = static_cast<std::uint64_t>(*value);
  }
}

// What only the device and the defaults together can tell.
void DeviceReader::CheckComplete(MapReader& map, const Draft& draft) {
  if (!map.is_map()) return;
  const YamlNode& node = map.node();
  if (draft.task_node == nullptr) problems_.Add(node, "the key 'task' is missing");
  const YamlNode* source = map.Find("source");
  const bool source_is_map = source != nullptr && source->kind == YamlNode::Kind::kMap;
  if (!draft.has_type && source == nullptr) {
    problems_.Add(node, "the key 'source' is missing");
  } else if (!draft.has_type && source_is_map) {
    MapReader(*source, "source", problems_).Require("type");
  }
  const bool is_replay = std::holds_alternative<ReplaySource>(draft.config.source.kind);
  if (draft.has_type && is_replay && !draft.has_windows) {
    problems_.Add(source_is_map ? *source : node, "the key 'windows' is missing");
  }
  CheckMargin(map, draft.config);
}

void DeviceReader::CheckMargin(MapReader& map, const DeviceConfig& config) {
  const Milliseconds margin = config.escalation.deadline_margin;
  Milliseconds shortest = config.deadline;
  const char* key = "deadline_ms";
  for (const auto& [label, deadline] : config.class_deadlines) {
    if (deadline >= shortest) continue;
    shortest = deadline;
    key = "class_deadlines_ms";
  }
  if (margin < shortest) return;
  const YamlNode* escalation = map.Find("escalation");
  const YamlNode* own = nullptr;
  if (escalation != nullptr && escalation->kind == YamlNode::Kind::kMap) {
    own = MapReader(*escalation, "escalation", problems_).Find("deadline_margin_ms");
  }
  if (own == nullptr) own = map.Find(key);
  problems_.Add(own != nullptr ? *own : map.node(),
                fmt::format("'deadline_margin_ms' ({}) must be less than '{}' ({})", margin.count(),
                            key, shortest.count()));
}

void DeviceReader::Unfold(const YamlNode& id, const Copies& copies, const DeviceConfig& pattern) {
  std::size_t k = 0;
  for (std::string& copy : ids_.Unfold(id, copies, kMaxDevices + 1 - devices_.size(), problems_)) {
    DeviceConfig& device = devices_.emplace_back(pattern);
    device.id = std::move(copy);
    ShiftSource(device.source, k);
    // Where the ports end, CheckHealthPorts has said so.
    if (device.health) device.health->port = static_cast<std::uint16_t>(device.health->port + k);
    ++k;
  }
}

std::filesystem::path DeviceReader::ReadDataFile(const YamlNode& node, std::string_view name) {
  const auto text = ReadLine(node, name, kMaxPathBytes, problems_);
  if (!text) return {};
  std::filesystem::path path = (base_ / *text).lexically_normal();
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    problems_.Add(node, fmt::format("there is no file {}", path.string()));
  }
  return path;
}

}  // namespace biglittle
