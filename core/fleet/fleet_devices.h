// The rules of a fleet file's devices: defaults, templates, sources.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/fleet/device_config.h"
#include "core/fleet/id_template.h"
#include "core/fleet/source_config.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

inline constexpr std::size_t kMaxDevices = 100'000;
inline constexpr std::size_t kMaxPathBytes = 4096;
inline constexpr WholeRange kDeadlineMs{1, 3'600'000};
inline constexpr WholeRange kStatusIntervalMs{100, 3'600'000};
inline constexpr WholeRange kDrainTimeoutMs{0, 300'000};

// Tells whether the models folder has a task, and reports once where it has not.
class KnownTasks {
 public:
  // `models` is empty where the file names no usable folder: then every task counts as known.
  explicit KnownTasks(std::filesystem::path models) : models_(std::move(models)) {}

  // Reads a task's name; empty after reporting what is wrong with it.
  std::string Read(const YamlNode& node, std::string_view name, Problems& problems);

 private:
  const std::filesystem::path models_;
  std::map<std::string, bool, std::less<>> exists_;
};

// A device as it was written, for checks that need all of the file.
struct DeviceEntry {
  const YamlNode* node;       // the device's map
  const YamlNode* task_node;  // where its task is named; nullptr if nowhere
  std::string task;
};

// Reads `device_defaults` and `devices`. Use: ReadDefaults if the file has them, then ReadDevices.
class DeviceReader {
 public:
  // `base` is the folder that relative paths start from. The references must outlive the reader.
  DeviceReader(const std::filesystem::path& base, KnownTasks& tasks, Problems& problems)
      : base_(base), tasks_(tasks), problems_(problems) {}

  void ReadDefaults(const YamlNode& node);
  // Templates unfolded, in the file's order. Entries are one a device or template of the file.
  void ReadDevices(const YamlNode& node);

  std::vector<DeviceConfig> TakeDevices() { return std::move(devices_); }
  const std::vector<DeviceEntry>& entries() const { return entries_; }

 private:
  // A device and what the file has said about it so far.
  struct Draft {
    DeviceConfig config;
    bool has_type = false;     // of source
    bool has_windows = false;  // of a replay
    const YamlNode* task_node = nullptr;
  };
  // Every key but id, count and first.
  void ReadSettings(MapReader& map, Draft& draft);
  void ReadSource(const YamlNode& node, Draft& draft);
  void ReadReplay(MapReader& map, ReplaySource& replay, Draft& draft);
  void ReadDevice(const YamlNode& node);
  void CheckComplete(MapReader& map, const Draft& draft);
  void CheckMargin(MapReader& map, const DeviceConfig& config);
  void Unfold(const YamlNode& id, const Copies& copies, const DeviceConfig& pattern);
  std::filesystem::path ReadDataFile(const YamlNode& node, std::string_view name);

  const std::filesystem::path& base_;
  KnownTasks& tasks_;
  Problems& problems_;
  Draft defaults_;
  std::vector<DeviceConfig> devices_;
  std::vector<DeviceEntry> entries_;
  IdTemplates ids_{"device"};
};

}  // namespace biglittle
