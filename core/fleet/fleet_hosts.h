// The network places of a fleet file: hosts, and where the health server listens.
#pragma once

#include <cstddef>
#include <string>

#include "core/fleet/health_config.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

// `host`, if the map has it: see IsHost. A scheme or a port beside it would make it something else.
void GetHost(MapReader& map, std::string& target);

// A `health` map. What it does not say stays as in `before`.
HealthConfig ReadHealth(const YamlNode& node, HealthConfig before, Problems& problems);

// Reports, at `node`, that the ports of `count` copies would go beyond the last one.
void CheckHealthPorts(const YamlNode& node, const HealthConfig& health, std::size_t count,
                      Problems& problems);

}  // namespace biglittle
