// A YAML file that is changed here and there and written again: its scalars stay spelled as they
// were.
//
// Pure functions, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/yaml/yaml_reader.h"

namespace biglittle {

// Maps, lists, and scalars as texts in YAML's own spelling ("8883", "\"0x1f\"", "true"), aliases
// unfolded. Comments and anchors are gone.
using SpelledYaml = nlohmann::ordered_json;

SpelledYaml Spell(const YamlNode& node);
// The scalar that reads as this text, whatever it looks like.
std::string SpelledText(std::string_view text);
// A scalar as a reader has it; empty where `node` is none.
std::string PlainText(const SpelledYaml& node);
// In block style, keys in order.
std::string WriteYaml(const SpelledYaml& tree);

}  // namespace biglittle
