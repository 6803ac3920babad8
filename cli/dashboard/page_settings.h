// What the console's page is told of its fleet: settings.json beside it (dashboard/src/settings.ts
// reads it).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "core/fleet/fleet_config.h"

namespace biglittle {

struct PageSettings {
  std::string url;     // of the broker's websockets listener: ws:// or wss://
  bool login = false;  // the broker wants one: the page asks before it connects
  // Whoever opens the page may steer, whatever his login is called.
  bool steering = false;
  // Labels that mean that all is well, for the tasks that have them. Empty: those of common words
  // (healthy, normal, ok, ...).
  std::vector<std::string> normal;
};

// The JSON, in one line. InvalidArgument: a task cannot be read, no task has a label of `normal`,
// or `url` is no websocket's.
absl::StatusOr<std::string> ToPageJson(const FleetConfig& fleet, const PageSettings& settings);

}  // namespace biglittle
