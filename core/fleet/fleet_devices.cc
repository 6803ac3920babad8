#include "core/fleet/fleet_devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "core/fleet/device_sections.h"
#include "core/fleet/fleet_hosts.h"
#include "core/fleet/shared_keys.h"
#include "core/task/label.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::array<Choice<AnswerMode>, 2> kAnswerModes{{
    {AnswerMode::kWait, "wait", "one final result"},
    {AnswerMode::kRefine, "refine",
     "for an escalated reading the little net's answer at once, as provisional, then the final "
     "one"},
}};
constexpr std::array<Choice<WhenFull>, 3> kWhenFull{{
    {WhenFull::kDropOldest, "drop_oldest"},
    {WhenFull::kDropNewest, "drop_newest"},
    {WhenFull::kWait, "wait",
     "none goes: a program or a FIFO is not read meanwhile, which must be able to wait"},
}};

const KeyTable<Copies>& DeviceEntryKeys() {
  static const KeyTable<Copies> keys = EntryKeys("devices", kMaxDevices);
  return keys;
}

// Those of every type, after the type's own.
const KeyTable<SourceConfig>& SourceKeys() {
  using Source = SourceConfig;
  static const KeyTable<Source> keys(
      "source", "where readings come from",
      {WholeKey("readings", &Source::readings, {1, kMaxExactWhole},
                {.help = "then the device stops; a recording is gone through as often as it takes",
                 .unit = "readings",
                 .absent = "no limit, and a recording is gone through once"}),
       WholeKey("interval_ms", &Source::interval, {0, 3'600'000},
                {.help = "between two readings; 0: as fast as the device classifies, waiting while "
                         "as many escalations are pending as allowed"}),
       WholeKey("queue_capacity", &Source::queue_capacity, {1, 65'536},
                {.help = "may wait for the little net", .unit = "readings"}),
       ChoiceKey("when_full", &Source::when_full, kWhenFull,
                 {.help = "which reading goes when one more comes than may wait; it ends as a "
                          "fallback with reason `overrun`"})});
  return keys;
}

// `source`: what a `source` may be, for people.
KeyTable<DeviceConfig> DeviceKeys(MapShape source) {
  using Device = DeviceConfig;
  return KeyTable<Device>(
      "device_settings", "",
      {OwnKey<Device>("task", {TaskNameShape()},
                      {.help = "what it classifies: a folder of `models`"},
                      Need::kHereOrInDefaults),
       WholeKey("deadline_ms", &Device::deadline, kDeadlineMs,
                {.help = "from capture of a reading to its final outcome"}),
       KeyReadBy("class_deadlines_ms", &Device::class_deadlines, ReadClassDeadlines,
                 {ByLabelShape{Each({WholeShape{kDeadlineMs}})}},
                 {.help = "deadlines of their own for readings that the little net takes for these "
                          "classes; each more than `deadline_margin_ms`",
                  .absent = "none",
                  .range = fmt::format("map from a label to {} to {}", kDeadlineMs.least,
                                       kDeadlineMs.most)}),
       ChoiceKey("answer_mode", &Device::answer_mode, kAnswerModes,
                 {.help = "what becomes of a reading's answers"}),
       OwnKey<Device>("source", {std::move(source)},
                      {.help = "where readings come from; a `type` other than that of "
                               "device_defaults replaces the source of the defaults whole"},
                      Need::kHereOrInDefaults),
       SectionKey("escalation", &Device::escalation, EscalationKeys(), {.absent = "all defaults"}),
       SectionKey("results", &Device::results, ResultsKeys(), {.absent = "all defaults"}),
       SectionKey(
           "state", &Device::state, StateKeys(),
           {.absent = "none is published; all defaults where the file has `home_assistant`"}),
       KeyReadBy("store", &Device::store, ReadStore, {MapShape{{StoreKeys().facts()}}},
                 {.absent = "none: what waits ends with the process"}),
       KeyReadBy("record", &Device::record, ReadRecord, {MapShape{{RecordKeys().facts()}}},
                 {.absent = "no window is kept"}),
       StatusIntervalKey(&Device::status_interval),
       DrainTimeoutKey(&Device::drain_timeout, {.help = "how long a stop may wait for the broker"}),
       HealthKey(&Device::health)});
}

const KeyTable<DeviceConfig>& DeviceKeys() {
  static const KeyTable<DeviceConfig> keys = DeviceKeys(MapShape{});
  return keys;
}

// Of one type, or of all.
Key<SourceConfig> TypeKey(ValueShape shape) {
  return OwnKey<SourceConfig>("type", std::move(shape), {.help = "what kind of source it is"},
                              Need::kHereOrInDefaults);
}

// A `source` of this type with all that it may have.
std::shared_ptr<const SectionFacts> FactsOf(const SourceKind& kind) {
  const KeyTable<SourceConfig> type("type", "",
                                    {TypeKey({FixedShape{WrittenDefault(kind.type())}})});
  return JoinedFacts(kind.keys()->id, kind.keys()->help,
                     {type.facts(), kind.keys(), SourceKeys().facts()});
}

KeyTable<DeviceConfig> DeviceKeys(const SourceKinds& sources) {
  MapShape source;
  for (const SourceKind* kind : sources.all()) source.sections.push_back(FactsOf(*kind));
  return DeviceKeys(std::move(source));
}

}  // namespace

std::string_view Name(AnswerMode mode) { return ChoiceName(kAnswerModes, mode); }

void ReadAnswerMode(const YamlNode& node, AnswerMode& mode, Problems& problems) {
  const std::span<const Choice<AnswerMode>> choices(kAnswerModes);
  if (const auto read = ReadChoiceOf(node, "answer_mode", choices, problems)) mode = *read;
}

KeyFacts AnswerModeFacts() { return KeyFactsOf(*DeviceKeys().facts(), "answer_mode"); }

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
  Copies copies;
  DeviceEntryKeys().Read(map, copies);
  ReadSettings(map, draft);
  map.Finish();
  CheckComplete(map, draft);
  if (draft.config.health) {
    const YamlNode* place = map.Find("health");
    CheckHealthPorts(place != nullptr ? *place : node, *draft.config.health, copies.count,
                     problems_);
  }
  entries_.push_back({&node, draft.task_node, draft.config.task});
  if (const YamlNode* id = map.Find("id")) Unfold(*id, copies, draft.config);
}

void DeviceReader::ReadSettings(MapReader& map, Draft& draft) {
  DeviceKeys().Read(map, draft.config);
  if (const YamlNode* task = map.Find("task")) {
    draft.config.task = tasks_.Read(*task, "task", problems_);
    draft.task_node = task;
  }
  if (const YamlNode* source = map.Find("source")) ReadSource(*source, draft);
}

void DeviceReader::ReadSource(const YamlNode& node, Draft& draft) {
  MapReader map(node, "source", problems_);
  const YamlNode* type = map.Find("type");
  // Without a type the keys that belong to it cannot be told from mistakes.
  if (type != nullptr && !ReadType(*type, draft)) return;
  if (draft.has_type) ReadOptions(map, draft);
  SourceKeys().Read(map, draft.config.source);
  if (sources_ != nullptr) map.Finish();
}

// False after reporting that there is no such type.
bool DeviceReader::ReadType(const YamlNode& node, Draft& draft) {
  std::string type = node.text;
  if (sources_ != nullptr) {
    std::vector<std::string_view> types;
    for (const SourceKind* kind : sources_->all()) types.push_back(kind->type());
    const auto choice = ReadChoice(node, "type", types, problems_);
    if (!choice) return false;
    type = types[*choice];
  }
  SourceConfig& source = draft.config.source;
  if (draft.has_type && type != source.type) {
    source = SourceConfig{};
    draft.needed.clear();
  }
  source.type = std::move(type);
  draft.has_type = true;
  return true;
}

void DeviceReader::ReadOptions(MapReader& map, Draft& draft) {
  SourceConfig& source = draft.config.source;
  const SourceKind* kind = KindOf(source);
  if (kind == nullptr) return;
  source.options = kind->Read(map, source.options.get());
  for (const KeyFacts& key : kind->keys()->keys) {
    const bool needed = key.need != Need::kOptional;
    if (needed && map.Find(key.name) != nullptr) draft.needed.insert(key.name);
  }
}

const SourceKind* DeviceReader::KindOf(const SourceConfig& source) const {
  return sources_ == nullptr ? nullptr : sources_->Find(source.type);
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
  if (const SourceKind* kind = KindOf(draft.config.source)) {
    for (const KeyFacts& key : kind->keys()->keys) {
      if (key.need == Need::kOptional || draft.needed.contains(key.name)) continue;
      problems_.Add(source_is_map ? *source : node,
                    fmt::format("the key '{}' is missing", key.name));
    }
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
    const SourceKind* kind = KindOf(device.source);
    if (kind != nullptr && k > 0) device.source.options = kind->OfCopy(*device.source.options, k);
    // Where the ports end, CheckHealthPorts has said so.
    if (device.health) device.health->port = static_cast<std::uint16_t>(device.health->port + k);
    ++k;
  }
}

std::shared_ptr<const SectionFacts> SourceFacts(const SourceKinds& sources) {
  ChoiceShape types;
  for (const SourceKind* kind : sources.all()) {
    types.words.push_back({kind->type(), kind->keys()->help});
  }
  const KeyTable<SourceConfig> type("type", "", {TypeKey({std::move(types)})});
  return JoinedFacts("source", SourceKeys().facts()->help, {type.facts(), SourceKeys().facts()});
}

std::shared_ptr<const SectionFacts> DeviceDefaultsFacts(const SourceKinds& sources) {
  return JoinedFacts("device_defaults",
                     "what devices have that do not say otherwise; `source`, `escalation`, "
                     "`results`, `store`, `record` and `health` are merged key by key",
                     {DeviceKeys(sources).facts()});
}

std::shared_ptr<const SectionFacts> DeviceFacts(const SourceKinds& sources) {
  return JoinedFacts("device", "one device, or a template for `count` of them",
                     {DeviceEntryKeys().facts(), DeviceKeys(sources).facts()});
}

}  // namespace biglittle
