// How long a reading may take from its capture to its final outcome.
//
// Immutable, thread-safe.
#pragma once

#include <vector>

#include "absl/status/statusor.h"

#include "core/clock.h"
#include "core/fleet/device_config.h"
#include "core/prediction.h"
#include "core/task/task.h"

namespace biglittle {

class ReadingDeadlines {
 public:
  // InvalidArgument: the device names a deadline for a label that the task does not have.
  static absl::StatusOr<ReadingDeadlines> Make(const DeviceConfig& device, const Task& task);

  // Of a reading that the little net takes for this; the class that it is in truth nobody knows.
  Milliseconds Of(const Prediction& prediction) const {
    return prediction.class_index < 0 ? general_ : of_class_[prediction.class_index];
  }
  // Of a reading that the little net has not seen.
  Milliseconds general() const { return general_; }

 private:
  ReadingDeadlines(Milliseconds general, std::vector<Milliseconds> of_class)
      : general_(general), of_class_(std::move(of_class)) {}

  Milliseconds general_;
  std::vector<Milliseconds> of_class_;  // one a label
};

}  // namespace biglittle
