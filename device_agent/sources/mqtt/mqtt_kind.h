#pragma once

#include <cstdint>
#include <string>

#include "core/yaml/key_table.h"
#include "device_agent/sources/source_kind.h"
#include "device_agent/sources/stream/stream_options.h"

namespace biglittle {

inline constexpr char kMqttType[] = "mqtt";

struct MqttOptions : StreamOptions {
  std::string topic;
  std::uint8_t qos = 0;

  bool operator==(const MqttOptions&) const = default;
};

const KeyTable<MqttOptions>& MqttKeys();
// Samples in the messages of a topic of the fleet's broker.
const DeviceSourceKind& MqttKind();

}  // namespace biglittle
