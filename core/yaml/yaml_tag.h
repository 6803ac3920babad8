// What a YAML tag says of a value. Other programs' tags (!secret, !include, ...) stand for values
// that are somewhere else: passed over, what follows them would be taken for the value itself.
#pragma once

#include <optional>
#include <string>

#include "core/yaml/yaml_reader.h"

namespace biglittle {

// Gives `node` the type that `tag` names: YAML's own !!str, !!int, !!float, !!bool, !!null, !!seq
// and !!map, where they fit, and the tags that yaml-cpp reports where none is written. Else what is
// wrong, for a message at the node's place; the node is then as it was.
std::optional<std::string> ApplyTag(const std::string& tag, YamlNode& node);

}  // namespace biglittle
