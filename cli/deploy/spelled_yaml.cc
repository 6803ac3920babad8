#include "cli/deploy/spelled_yaml.h"

#include <algorithm>

#include "core/shown_text.h"

namespace biglittle {
namespace {

// Reads the same in every place of a file, quoted or not.
bool IsBare(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '+' || c == '-';
  };
  return !text.empty() && text != "-" && text != "---" && std::ranges::all_of(text, plain);
}

std::string Spelled(const YamlNode& scalar) {
  const bool bare = !scalar.quoted && IsBare(scalar.text);
  return bare ? scalar.text : SpelledText(scalar.text);
}

bool IsEmpty(const SpelledYaml& node) { return node.is_structured() && node.empty(); }

// What stands behind a key or a dash, the end of the line included.
void WriteValue(const SpelledYaml& node, std::size_t indent, std::string& out);

void WriteBlock(const SpelledYaml& node, std::size_t indent, std::string& out) {
  const std::string margin(indent, ' ');
  if (node.is_object()) {
    for (const auto& [key, value] : node.items()) {
      out += margin + key + ":";
      WriteValue(value, indent + 2, out);
    }
    return;
  }
  for (const SpelledYaml& item : node) {
    std::string block;
    if (item.is_object() && !item.empty()) {
      WriteBlock(item, indent + 2, block);
      out += margin + "- " + block.substr(indent + 2);  // its first key beside the dash
    } else {
      WriteValue(item, indent + 2, block);
      out += margin + "-" + block;
    }
  }
}

void WriteValue(const SpelledYaml& node, std::size_t indent, std::string& out) {
  if (node.is_string()) {
    out += " " + node.get<std::string>() + "\n";
  } else if (IsEmpty(node)) {
    out += node.is_object() ? " {}\n" : " []\n";
  } else {
    out += "\n";
    WriteBlock(node, indent, out);
  }
}

}  // namespace

SpelledYaml Spell(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kMap: {
      SpelledYaml map = SpelledYaml::object();
      for (const YamlNode::Entry& entry : node.entries)
        map[Spelled(*entry.key)] = Spell(*entry.value);
      return map;
    }
    case YamlNode::Kind::kSequence: {
      SpelledYaml list = SpelledYaml::array();
      for (const YamlNode* item : node.items) list.push_back(Spell(*item));
      return list;
    }
    case YamlNode::Kind::kScalar:
      return Spelled(node);
    case YamlNode::Kind::kNothing:
      break;
  }
  return "null";
}

// JSON's strings are YAML's.
std::string SpelledText(std::string_view text) { return ShownJson(SpelledYaml(text).dump()); }

std::string PlainText(const SpelledYaml& node) {
  if (!node.is_string()) return "";
  const auto& spelled = node.get_ref<const std::string&>();
  return spelled.starts_with('"') ? SpelledYaml::parse(spelled).get<std::string>() : spelled;
}

std::string WriteYaml(const SpelledYaml& tree) {
  std::string out;
  WriteBlock(tree, 0, out);
  return out;
}

}  // namespace biglittle
