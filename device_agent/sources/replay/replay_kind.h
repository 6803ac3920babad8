#pragma once

#include "device_agent/sources/source_kind.h"

namespace biglittle {

// Recorded windows. The sources of one process share the files that they replay.
const DeviceSourceKind& ReplayKind();

}  // namespace biglittle
