// From a device's `source` section to what delivers its readings.
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "core/fleet/source_config.h"
#include "core/task/task.h"
#include "device_agent/sources/polled_source.h"
#include "device_agent/sources/replay/data_file.h"

namespace biglittle {

// A source that fits `task` and delivers config.readings windows, if that is given: a replay then
// goes through its file as often as it takes. Without it a replay goes through once and a
// simulation has no end. The source may outlive `files`, `config` and `task`.
// Errors: files that cannot be read, or windows or labels that are not the task's.
absl::StatusOr<std::unique_ptr<PolledSource>> MakeSource(const SourceConfig& config,
                                                         const Task& task, DataFiles& files);
// The same for one device alone: nothing is shared.
absl::StatusOr<std::unique_ptr<PolledSource>> MakeSource(const SourceConfig& config,
                                                         const Task& task);

}  // namespace biglittle
