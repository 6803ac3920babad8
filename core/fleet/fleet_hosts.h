// The network places of a fleet file: hosts, and where the health server listens.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include "core/fleet/health_config.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr WholeRange kPorts{1, 65'535};

// See IsHost. A scheme or a port beside it would make it something else.
void ReadHost(const YamlNode& node, std::string& target, Problems& problems);
TextShape HostShape();

template <typename Section>
Key<Section> HostKey(std::string Section::*member, KeyText text) {
  return KeyReadBy("host", member, ReadHost, {HostShape()}, std::move(text),
                   WrittenDefault(Section{}.*member));
}

const KeyTable<HealthConfig>& HealthKeys();

// Reports, at `node`, that the ports of `count` copies would go beyond the last one.
void CheckHealthPorts(const YamlNode& node, const HealthConfig& health, std::size_t count,
                      Problems& problems);

}  // namespace biglittle
