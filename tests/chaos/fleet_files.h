// The files of a chaos fleet: windows and labels, the fleet as its devices and as its workers see
// it, and a second version of the model.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/fleet/fleet_config.h"
#include "tests/support/temporary_folder.h"

namespace biglittle::chaos {

// Devices that are alike.
struct DeviceGroup {
  std::string name = "device";  // of which the ids are made: device-1, device-2, ...
  int count = 8;
  int readings = 1250;  // of each
  int interval_ms = 14;
  bool runs = true;       // false: they are in the fleet's file only
  bool programs = false;  // each takes its readings from a program of its own, which prints them
};

struct FleetOptions {
  std::vector<DeviceGroup> groups{DeviceGroup{}};
  int deadline_ms = 1000;
  // Wide: the tests are not about how punctually a busy machine wakes an agent.
  int deadline_margin_ms = 100;
  bool refine = false;     // answer now, refine later
  bool heavy_net = false;  // the workers' big net costs some milliseconds a reading
};

// "device-1"
std::string DeviceId(const DeviceGroup& group, int number);

// The fleet as far as a client of its own needs it: its names, and the broker on this port.
FleetConfig FleetAt(std::uint16_t broker_port);

class FleetFiles {
 public:
  // Devices meet the broker at `device_port` (a proxy's), workers at `broker_port`.
  FleetFiles(const FleetOptions& options, std::uint16_t broker_port, std::uint16_t device_port);

  const std::filesystem::path& folder() const { return folder_.path(); }
  const std::filesystem::path& for_devices() const { return for_devices_; }
  const std::filesystem::path& for_workers() const { return for_workers_; }
  // A worker of this file has a big net that answers alike and is another file.
  const std::filesystem::path& for_workers_of_other_model() const { return for_other_; }
  // Where the program of a device says which process it is, whenever it begins.
  std::filesystem::path sensor_process(const std::string& device) const {
    return folder() / (device + ".pid");
  }
  // The store of each device is a folder below.
  std::filesystem::path stores() const { return folder() / "stores"; }

 private:
  void WriteData() const;
  void WriteProgram() const;
  std::filesystem::path WriteModels(const std::string& folder, const std::string& big) const;
  std::string Yaml(const FleetOptions& options, std::uint16_t port,
                   const std::filesystem::path& models) const;
  std::string SourceYaml(const DeviceGroup& group, int number) const;
  std::string DeviceYaml(const FleetOptions& options, const DeviceGroup& group, int number) const;

  TemporaryFolder folder_;
  std::filesystem::path for_devices_;
  std::filesystem::path for_workers_;
  std::filesystem::path for_other_;
};

}  // namespace biglittle::chaos
