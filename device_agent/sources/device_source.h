// A device's source, whichever contract it keeps.
#pragma once

#include <memory>
#include <variant>

#include "device_agent/sources/live_source.h"
#include "device_agent/sources/polled_source.h"

namespace biglittle {

using DeviceSource = std::variant<std::unique_ptr<PolledSource>, std::unique_ptr<LiveSource>>;

}  // namespace biglittle
