// Readings from the simulated accelerometer, without end.
#pragma once

#include <cstdint>
#include <memory>

#include "device_agent/sources/polled_source.h"

namespace biglittle {

// Windows of float32 [kVibrationAxes, kVibrationSamples] in g, with the true class. Reading n is
// the same for the same seed, however many are taken and whenever; each is a machine of its own,
// drawn with its speed, load and surroundings. Never fails and never ends.
std::unique_ptr<PolledSource> MakeVibrationSource(std::uint64_t seed);

}  // namespace biglittle
