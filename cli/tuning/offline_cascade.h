// The two nets over the same readings without a network: what each alone would say, and what the
// cascade says if every escalation is answered. The figure that the live system is held against.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "core/fleet/device_config.h"
#include "core/task/task.h"

namespace biglittle {

// Counts over labelled readings.
struct OfflineCounts {
  std::uint64_t readings = 0;
  std::uint64_t little_correct = 0;  // "other" names no class, so it is never correct
  std::uint64_t big_correct = 0;
  std::uint64_t cascade_correct = 0;
  std::uint64_t escalated = 0;

  OfflineCounts& operator+=(const OfflineCounts& other);
};

// Takes the readings of `device` from its source and classifies them with both nets under its
// escalation policy, the big one what of a reading arrives at a worker. Readings without a label or
// with a window that does not fit are left out. Needs a source that ends. Errors: as the nets' and
// the source's.
absl::StatusOr<OfflineCounts> RunOffline(const Task& task, const DeviceConfig& device);

}  // namespace biglittle
