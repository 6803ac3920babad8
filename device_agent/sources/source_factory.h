// From a device's `source` section to what delivers its readings.
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "core/fleet_config.h"
#include "core/task.h"
#include "device_agent/sources/data_file.h"
#include "device_agent/sources/reading_source.h"

namespace biglittle {

// A source that fits `task` and delivers config.readings windows, if that is given: a replay then
// goes through its file as often as it takes. Without it a replay goes through once and a
// simulation has no end. The source may outlive `files`, `config` and `task`.
// Errors: files that cannot be read, or windows or labels that are not the task's.
absl::StatusOr<std::unique_ptr<ReadingSource>> MakeSource(const SourceConfig& config,
                                                          const Task& task, DataFiles& files);
// The same for one device alone: nothing is shared.
absl::StatusOr<std::unique_ptr<ReadingSource>> MakeSource(const SourceConfig& config,
                                                          const Task& task);

}  // namespace biglittle
