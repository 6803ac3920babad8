// The `broker` map of a fleet file.
#pragma once

#include <cstdint>

#include "core/fleet/broker_config.h"
#include "core/yaml/key_table.h"

namespace biglittle {

inline constexpr std::uint16_t kTlsPort = 8883;
// The environment variable with the password of `username`, where the file names no password_file.
inline constexpr char kPasswordVariable[] = "BIGLITTLE_BROKER_PASSWORD";

// Looks whether there is a kPasswordVariable if the map needs one; does not look into any
// credentials.
const KeyTable<BrokerConfig>& BrokerKeys();

}  // namespace biglittle
