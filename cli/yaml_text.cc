#include "cli/yaml_text.h"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

namespace biglittle {
namespace {

// Lines that a literal block of YAML brings back as they are.
bool IsPlainText(const nlohmann::ordered_json& node) {
  if (!node.is_string()) return false;
  const auto& text = node.get_ref<const std::string&>();
  const auto plain = [](char character) {
    return character == '\n' || (character >= ' ' && character < '\x7F');
  };
  return text.size() > 1 && text.front() > ' ' && text.ends_with('\n') &&
         text[text.size() - 2] != '\n' && std::ranges::all_of(text, plain);
}

void Emit(const nlohmann::ordered_json& node, YAML::Emitter& out) {
  if (node.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, value] : node.items()) {
      out << YAML::Key << key << YAML::Value;
      if (IsPlainText(value)) {
        const auto& text = value.get_ref<const std::string&>();
        out << YAML::Literal << text.substr(0, text.size() - 1);  // it ends the last line itself
      } else {
        Emit(value, out);
      }
    }
    out << YAML::EndMap;
  } else if (node.is_array()) {
    const bool flat =
        std::ranges::all_of(node, [](const auto& item) { return item.is_primitive(); });
    out << (flat ? YAML::Flow : YAML::Block) << YAML::BeginSeq;
    for (const auto& item : node) Emit(item, out);
    out << YAML::EndSeq;
  } else if (node.is_string()) {
    out << YAML::DoubleQuoted << node.get<std::string>();
  } else if (node.is_null()) {
    out << YAML::Null;
  } else {
    out << node.dump();  // to the last digit, which the emitter's own numbers are not
  }
}

}  // namespace

std::string ToYaml(const nlohmann::ordered_json& tree) {
  YAML::Emitter out;
  Emit(tree, out);
  return std::string(out.c_str()) + "\n";
}

}  // namespace biglittle
