#pragma once

#include "core/yaml/key_table.h"
#include "device_agent/sources/serial/serial_stream.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/stream_options.h"

namespace biglittle {

inline constexpr char kSerialType[] = "serial";

struct SerialOptions : StreamOptions {
  std::filesystem::path port;
  std::uint32_t baud_rate = 115'200;
  std::uint8_t data_bits = 8;
  Parity parity = Parity::kNone;
  std::uint8_t stop_bits = 1;

  bool operator==(const SerialOptions&) const = default;
};

const KeyTable<SerialOptions>& SerialKeys();
// Samples from a serial line.
const DeviceSourceKind& SerialKind();

}  // namespace biglittle
