// The devices of one process: each a whole device with a session and a thread of its own, all with
// the same files loaded once. None waits for another, and none ends another.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"

#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/program/service_notify.h"
#include "device_agent/hosted_device.h"
#include "device_agent/shared_parts.h"

namespace biglittle {

// Not thread-safe.
class DeviceHost {
 public:
  // How many devices read at the same instant, and over how much time all are spread at most.
  static constexpr std::size_t kAtOnce = 8;
  static constexpr std::chrono::seconds kMostSpread{1};

  // `fleet` must outlive it.
  explicit DeviceHost(const FleetConfig& fleet) : fleet_(fleet), shared_(fleet) {}

  // Runs devices of the fleet until all have ended, or a SIGINT or SIGTERM has ended them. What is
  // wrong with one is said on stderr, in one line, which names the device where there are several;
  // the others go on. Returns the exit code of the worst; where none could begin kExitBadInput, or
  // kExitFailed if the cause may pass by itself: something is in use, or short.
  int Run(const std::vector<const DeviceConfig*>& devices);

  // How long after its start device `index` of `count` takes its first reading. Not all at once,
  // for then the last would wait for all others; a few at once, for a wake-up, a look at all
  // connections and a warm cache then serve several readings.
  static SteadyTime::duration FirstReading(Milliseconds interval, std::size_t index,
                                           std::size_t count);

 private:
  int RunOne(const DeviceConfig& device);
  int RunMany(const std::vector<const DeviceConfig*>& devices);

  const FleetConfig& fleet_;
  SharedParts shared_;
};

}  // namespace biglittle
