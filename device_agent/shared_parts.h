// What the devices of one process have in common, loaded once: tasks, the weights of their little
// nets, the files that they replay.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/task/task.h"
#include "device_agent/little/local_classifier.h"
#include "device_agent/sources/device_source.h"
#include "device_agent/sources/source_shares.h"
#include "nn/classifier_pool.h"

namespace biglittle {

// Not thread-safe. What it gives away may outlive it.
class SharedParts {
 public:
  // `fleet` must outlive it.
  explicit SharedParts(const FleetConfig& fleet) : fleet_(fleet) {}

  // The task of this name; valid as long as this object. Errors as LoadSignedTask, told again to
  // every device of that task; of a signed one also as CheckRelease.
  absl::StatusOr<const Task*> TaskOf(const DeviceConfig& device);
  // Errors as LocalClassifier::Load. The device's task must have been had before.
  absl::StatusOr<LocalClassifier> LittleOf(const DeviceConfig& device);
  // Likewise; errors as MakeSource.
  absl::StatusOr<DeviceSource> SourceOf(const DeviceConfig& device);

 private:
  const FleetConfig& fleet_;
  std::map<std::string, absl::StatusOr<Task>> tasks_;
  std::map<std::string, absl::StatusOr<std::shared_ptr<nn::ClassifierPool>>> nets_;
  SourceShares shares_;
};

}  // namespace biglittle
