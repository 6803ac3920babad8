// The sections of a device in a fleet file that need nothing but themselves. Each reports its
// problems and leaves what it could not read as it was.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/fleet/escalation_config.h"
#include "core/fleet/results_config.h"
#include "core/yaml/map_reader.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {

void ReadEscalation(const YamlNode& node, EscalationConfig& escalation, Problems& problems);

// Labels are not checked here: only the task knows them.
void ReadClassDeadlines(const YamlNode& node, std::map<std::string, Milliseconds>& deadlines,
                        Problems& problems);

// `folder` is relative to `base`.
void ReadResults(const YamlNode& node, ResultsConfig& results, Problems& problems);
void ReadStore(const YamlNode& node, const std::filesystem::path& base,
               std::optional<StoreConfig>& store, Problems& problems);

}  // namespace biglittle
