// The `broker` map of a fleet file.
#pragma once

#include <filesystem>

#include "core/fleet/broker_config.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr std::uint16_t kTlsPort = 8883;
// The environment variable with the password of `username`, where the file names no password_file.
inline constexpr char kPasswordVariable[] = "BIGLITTLE_BROKER_PASSWORD";

// `base` is the folder that relative paths start from. Looks whether there is a kPasswordVariable
// if the map needs one; does not look into any credentials.
BrokerConfig ReadBroker(const YamlNode& node, const std::filesystem::path& base,
                        Problems& problems);

}  // namespace biglittle
