// What an operator has set, on disk beside the device's store, so that it survives a restart.
//
// Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/task/task.h"
#include "device_agent/control/steering.h"

namespace biglittle {

// Whose it is, and of which task: thresholds are for the heads of one net.
struct SteeringOwner {
  std::string device;
  std::string task;
  std::size_t heads = 1;
};
SteeringOwner OwnerOf(const std::string& device, const Task& task);

// JSON. Of what ends by itself it says when, by the clock of the day, and how long that is.
std::string EncodeSteering(const Steering::Set& set, const SteeringOwner& owner, SteadyTime now,
                           WallTime wall);

// What of it has not ended. It lasts until the clock of the day says so, and no longer than was
// left when it was written: a clock that was set back prolongs nothing. `notes`: what was dropped,
// because it was of another task, a sentence each. InvalidArgument, in one line: no such text, or
// another device's.
absl::StatusOr<Steering::Set> DecodeSteering(std::string_view text, const SteeringOwner& owner,
                                             SteadyTime now, WallTime wall,
                                             std::vector<std::string>& notes);

}  // namespace biglittle
