// A fleet as its YAML file describes it (config/*.yaml, every key explained in
// docs/configuration.md and config/fleet.schema.json). Read once at start into this validated,
// constant form.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/fleet/broker_config.h"
#include "core/fleet/device_config.h"
#include "core/fleet/home_assistant_config.h"
#include "core/fleet/host_config.h"
#include "core/fleet/worker_config.h"
#include "core/signature.h"

namespace biglittle {

struct FleetConfig {
  std::string fleet;
  std::string topic_root = "biglittle/v1";
  std::string worker_group = "workers";
  std::filesystem::path models;  // folder with one folder a task
  // Where there is one, devices and workers take signed tasks only (LoadSignedTask).
  std::optional<PublicKey> models_public_key;
  // Where they remember the releases that they took (ReleaseMemory). Absent: a device in the folder
  // of its store, a worker, and a device without a store, while it runs.
  std::optional<std::filesystem::path> models_releases;
  BrokerConfig broker;
  // Where there is one, every device has a state. Absent: no device shows itself there.
  std::optional<HomeAssistantConfig> home_assistant;
  std::vector<DeviceConfig> devices;  // templates are unfolded; ids are unique
  std::vector<WorkerConfig> workers;  // likewise

  std::vector<HostConfig> hosts;  // likewise; empty: the file does not say where they run

  // nullptr if there is none of that id.
  const DeviceConfig* FindDevice(const std::string& id) const;
  const WorkerConfig* FindWorker(const std::string& id) const;
  const HostConfig* FindHost(const std::string& id) const;

  bool operator==(const FleetConfig&) const = default;
};

}  // namespace biglittle
