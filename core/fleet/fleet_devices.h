// The rules of a fleet file's devices: defaults, templates, sources.
#pragma once

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/fleet/device_config.h"
#include "core/fleet/id_template.h"
#include "core/fleet/known_tasks.h"
#include "core/fleet/source_kinds.h"
#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

inline constexpr std::size_t kMaxDevices = 100'000;

// As the file writes it; and what it writes.
std::string_view Name(AnswerMode mode);
void ReadAnswerMode(const YamlNode& node, AnswerMode& mode, Problems& problems);

// A device as it was written, for checks that need all of the file.
struct DeviceEntry {
  const YamlNode* node;       // the device's map
  const YamlNode* task_node;  // where its task is named; nullptr if nowhere
  std::string task;
};

// Reads `device_defaults` and `devices`. Use: ReadDefaults if the file has them, then ReadDevices.
class DeviceReader {
 public:
  // `sources` may be nullptr: then a source's type and what belongs to it are not looked at. All
  // must outlive the reader.
  DeviceReader(const SourceKinds* sources, KnownTasks& tasks, Problems& problems)
      : sources_(sources), tasks_(tasks), problems_(problems) {}

  void ReadDefaults(const YamlNode& node);
  // Templates unfolded, in the file's order. Entries are one a device or template of the file.
  void ReadDevices(const YamlNode& node);

  std::vector<DeviceConfig> TakeDevices() { return std::move(devices_); }
  const std::vector<DeviceEntry>& entries() const { return entries_; }

 private:
  // A device and what the file has said about it so far.
  struct Draft {
    DeviceConfig config;
    bool has_type = false;              // of source
    std::set<std::string_view> needed;  // the keys that its type needs and the file has
    const YamlNode* task_node = nullptr;
  };
  // Every key but id, count and first.
  void ReadSettings(MapReader& map, Draft& draft);
  void ReadSource(const YamlNode& node, Draft& draft);
  bool ReadType(const YamlNode& node, Draft& draft);
  void ReadOptions(MapReader& map, Draft& draft);
  void ReadDevice(const YamlNode& node);
  void CheckComplete(MapReader& map, const Draft& draft);
  void CheckMargin(MapReader& map, const DeviceConfig& config);
  void Unfold(const YamlNode& id, const Copies& copies, const DeviceConfig& pattern);
  const SourceKind* KindOf(const SourceConfig& source) const;

  const SourceKinds* const sources_;
  KnownTasks& tasks_;
  Problems& problems_;
  Draft defaults_;
  std::vector<DeviceConfig> devices_;
  std::vector<DeviceEntry> entries_;
  IdTemplates ids_{"device"};
};

// `answer_mode`.
KeyFacts AnswerModeFacts();

// What a `source` may have, whatever its type: `type`, one of those that there are, and the keys
// that all have.
std::shared_ptr<const SectionFacts> SourceFacts(const SourceKinds& sources);
// The keys of `device_defaults`, and of an entry of `devices`.
std::shared_ptr<const SectionFacts> DeviceDefaultsFacts(const SourceKinds& sources);
std::shared_ptr<const SectionFacts> DeviceFacts(const SourceKinds& sources);

}  // namespace biglittle
