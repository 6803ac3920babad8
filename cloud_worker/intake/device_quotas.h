// What one device may take of a worker, by what the fleet file says that it needs (fleet_limits.h):
// one that does far too much, by error or on purpose, must not take it from the others.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "cloud_worker/intake/device_limit.h"
#include "cloud_worker/intake/request_check.h"
#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/worker_config.h"

namespace biglittle {

// Thread-safe. Knows no clock.
class DeviceQuotas {
 public:
  DeviceQuotas(const FleetConfig& fleet, const WorkerConfig& worker);

  // Whether the device may make one more request; if so, it counts. Before anything is decoded.
  bool MayAsk(const std::string& device, SteadyTime now);
  // The request has been read: it counts as many as it has readings, or as it has bytes for. Of the
  // first that was known before.
  void Charge(const Admission& admission, SteadyTime now);

  static bool HasPriorities(const std::vector<WorkItem>& items);
  // How urgent its readings are a device says itself: what it says beyond its share only orders
  // them among themselves. Takes the priority from those, and says from how many. `cost`: of a
  // reading.
  std::size_t GrantPriorities(std::vector<WorkItem>& items, SteadyTime::duration cost,
                              SteadyTime now);

 private:
  std::optional<DeviceLimit> requests_;  // nullopt: no limit
  DeviceLimit priorities_;
};

}  // namespace biglittle
