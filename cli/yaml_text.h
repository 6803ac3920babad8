// YAML that a command writes itself.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace biglittle {

// The same as block YAML, with its keys in order; strings are quoted, so that none is taken for a
// number, whatever it contains, and lists of scalars are in brackets. Plain text of several lines
// under a key stands as it is, indented. Pure, thread-safe.
std::string ToYaml(const nlohmann::ordered_json& tree);

}  // namespace biglittle
