// All types of sources that a device may have, and from a device's `source` section to what
// delivers its readings.
#pragma once

#include <memory>

#include "absl/status/statusor.h"

#include "core/fleet/source_config.h"
#include "core/fleet/source_kinds.h"
#include "core/task/task.h"
#include "device_agent/sources/device_source.h"
#include "device_agent/sources/polled_source.h"
#include "device_agent/sources/source_shares.h"

namespace biglittle {

// For who reads a fleet file. Constant; any thread may use it.
const SourceKinds& AllSources();

// A source that fits `task`. A polled one delivers config.readings windows, if that is given: a
// replay then goes through its file as often as it takes. Without it a replay goes through once and
// a simulation has no end. Of a live one who takes its windows counts them. The source may outlive
// all arguments. Errors: DeviceSourceKind::Make.
absl::StatusOr<DeviceSource> MakeSource(const SourceConfig& config, const Task& task,
                                        SourceShares& shares);
// A recording or simulation for who replays it without a device; nothing is shared. Also
// InvalidArgument: a live source, which cannot be asked.
absl::StatusOr<std::unique_ptr<PolledSource>> MakePolledSource(const SourceConfig& config,
                                                               const Task& task);

}  // namespace biglittle
