// What whoever shows a fleet needs of its tasks: the classes, which of them mean that all is well,
// and what tuning promised.
//
// Thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/fleet/fleet_config.h"
#include "core/task/task.h"

namespace biglittle {

struct ShownTask {
  Task task;
  // The labels that mean that all is well, in the task's order. Without any, no class is better
  // than another.
  std::vector<std::string> normal;
  // Of readings, as `biglittle tune` has measured it. nullopt: nobody has tuned the task.
  std::optional<double> escalation;

  bool IsNormal(std::string_view label) const;
  bool IsPrioritised(std::string_view label) const;
};

// Of each task that a device of the fleet has, by its name. `normal`: labels that mean that all is
// well; empty: those of common words (healthy, normal, ok, ...). InvalidArgument: a task cannot be
// read, or none has a label of `normal`.
absl::StatusOr<std::map<std::string, ShownTask>> LoadShownTasks(
    const FleetConfig& fleet, const std::vector<std::string>& normal);

}  // namespace biglittle
