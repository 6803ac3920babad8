#pragma once

#include <cstdint>
#include <string>

#include "core/yaml/key_table.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/windowing_options.h"

namespace biglittle {

inline constexpr char kAlsaType[] = "alsa";

// The rate_hz of WindowingOptions is the microphone's, a whole number.
struct AlsaOptions : WindowingOptions {
  std::string device = "default";
  std::uint32_t channels = 1;

  bool operator==(const AlsaOptions&) const = default;
};

const KeyTable<AlsaOptions>& AlsaKeys();
// Sound from a microphone, or whatever else ALSA captures from.
const DeviceSourceKind& AlsaKind();

}  // namespace biglittle
