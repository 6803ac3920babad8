// What consumers may believe of a fleet's results, states and statuses: of whom a message is says
// its topic, which the broker has checked. A payload may say anything.
//
// Pure functions, thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"

#include "wire/message.h"
#include "wire/messages/device_state.h"
#include "wire/messages/result.h"
#include "wire/messages/status.h"
#include "wire/topics.h"

namespace biglittle::wire {

// A message of a result topic. PermissionDenied: one of its results names another device or fleet,
// or it is retained, which no device of ours asks for: it would be shown to everybody who comes
// later. InvalidArgument: another topic, or as DecodeResults.
absl::StatusOr<std::vector<Result>> ReadResults(const Message& message, const Topics& topics);

// A message of a status topic. PermissionDenied: it names another device, worker or fleet.
// InvalidArgument: another topic, or as DecodeStatus.
absl::StatusOr<Status> ReadStatus(const Message& message, const Topics& topics);

// A message of a device's state topic. PermissionDenied: it names another device or fleet.
// InvalidArgument: another topic, or as DecodeDeviceState.
absl::StatusOr<DeviceState> ReadDeviceState(const Message& message, const Topics& topics);

}  // namespace biglittle::wire
