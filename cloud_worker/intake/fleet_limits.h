// What one device may take of a worker, by what the fleet file says that it needs: more would only
// be taken from the others.
//
// Pure functions.
#pragma once

#include <optional>

#include "cloud_worker/intake/device_limit.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/worker_config.h"

namespace biglittle {

// Readings a second that it may ask about: each of its own as often as it may ask again, and at
// once as many as it may have under way; for a device without an interval, or that is not in the
// file, device_requests_per_s, which is also the most that any may have. nullopt: no limit.
std::optional<DeviceLimit::Options> RequestLimit(const FleetConfig& fleet,
                                                 const WorkerConfig& worker);

// Seconds of computing a second that its prioritised readings may take before others': half of what
// each device has if all have the same.
DeviceLimit::Options PriorityLimit(const FleetConfig& fleet, const WorkerConfig& worker);

}  // namespace biglittle
