// The processes of a chaos fleet: agents and workers that are begun, killed and begun again.
#pragma once

#include <signal.h>

#include <cstdint>
#include <string>
#include <vector>

#include "cli/lab/fleet_processes.h"
#include "tests/chaos/fleet_files.h"
#include "tests/chaos/memory_watch.h"

namespace biglittle::chaos {

// Not thread-safe. Ends its processes with itself.
class ChaosFleet {
 public:
  ChaosFleet(FleetOptions options, std::uint16_t broker_port, std::uint16_t device_port);
  ~ChaosFleet();

  const FleetFiles& files() const { return files_; }
  const FleetOptions& options() const { return options_; }

  // From now on programs are started under a clock that goes back an hour while this file exists.
  std::filesystem::path UseMovableClock();

  void StartWorker(const std::string& id, bool other_model = false);
  void StartDevice(const std::string& id);
  void StartDevices(const DeviceGroup& group);
  void KillWorker(const std::string& id) { workers().at(id).Signal(SIGKILL); }
  void KillDevice(const std::string& id) { devices().at(id).Signal(SIGKILL); }
  // Ends the workers politely; what was wrong with that.
  std::vector<std::string> StopWorkers();

  bool IsDeviceRunning(const std::string& id);
  bool AnyDeviceRunning();
  // Devices that ended with another status than 0, with the end of their logs.
  std::vector<std::string> DeviceProblems();
  // Some device's log has this in it.
  bool DeviceLogSays(const std::string& text);

  // To be called now and then.
  void SampleMemory();
  const MemoryWatch& device_memory() const { return device_memory_; }
  const MemoryWatch& worker_memory() const { return worker_memory_; }

 private:
  FleetProcesses::ByName& workers() { return processes_.workers(); }
  FleetProcesses::ByName& devices() { return processes_.devices(); }
  // `launcher`, and the movable clock where it is used.
  FleetProcesses::Launcher WithClock(FleetProcesses::Launcher launcher) const;

  const FleetOptions options_;
  const FleetFiles files_;
  std::filesystem::path clock_file_;
  FleetProcesses processes_;
  MemoryWatch device_memory_;
  MemoryWatch worker_memory_;
};

}  // namespace biglittle::chaos
