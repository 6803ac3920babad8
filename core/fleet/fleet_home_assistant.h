// The `home_assistant` map of a fleet file.
#pragma once

#include <string_view>

#include "core/fleet/home_assistant_config.h"
#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

const KeyTable<HomeAssistantConfig>& HomeAssistantKeys();

// Reports, at `node`, topics that lie among the fleet's own: rights to them would be rights to
// those.
void CheckHomeAssistant(const YamlNode& node, const HomeAssistantConfig& config,
                        std::string_view topic_root, Problems& problems);

}  // namespace biglittle
