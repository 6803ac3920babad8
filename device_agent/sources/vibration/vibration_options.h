// What a `source` of type vibration has of its own: the simulated accelerometer on a rotating
// machine.
#pragma once

#include <cstdint>

#include "core/fleet/source_config.h"
#include "core/yaml/key_table.h"

namespace biglittle {

inline constexpr char kVibrationType[] = "vibration";

struct VibrationSource {
  std::uint64_t seed = 1;

  bool operator==(const VibrationSource&) const = default;
};

const KeyTable<VibrationSource>& VibrationKeys();

// A source with these, and the defaults of all sources.
SourceConfig AsSourceConfig(VibrationSource options);

}  // namespace biglittle
