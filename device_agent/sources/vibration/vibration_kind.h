#pragma once

#include "device_agent/sources/source_kind.h"

namespace biglittle {

// The simulated accelerometer, for tasks of its windows and labels.
const DeviceSourceKind& VibrationKind();

}  // namespace biglittle
