// Topics that a fleet file names: levels that are identifiers, with '/' between them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/yaml/key_facts.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr std::size_t kMaxTopicLevelsBytes = 200;

// Reports, by `name`, what is no such text of at most kMaxTopicLevelsBytes.
void ReadTopicLevels(const YamlNode& node, std::string_view name, std::string& target,
                     Problems& problems);
TextShape TopicLevelsShape();

// One is the other, or stands below it.
bool TopicsOverlap(std::string_view a, std::string_view b);

}  // namespace biglittle
