// From a device's section in the fleet file to where its readings come in.
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "core/fleet/device_config.h"
#include "core/task/task.h"
#include "device_agent/intake/intake.h"
#include "device_agent/sources/device_source.h"
#include "wire/mqtt/topic_listener.h"

namespace biglittle {

struct DeviceReadings {
  std::unique_ptr<Intake> intake;
  std::shared_ptr<wire::TopicListener> listener;  // of its source, if it has one
};

// Of `source`, which is the device's and fits `task`. InvalidArgument, one line: the device's other
// keys ask for what the source cannot.
absl::StatusOr<DeviceReadings> MakeReadings(DeviceSource source, const DeviceConfig& device,
                                            const Task& task);

}  // namespace biglittle
