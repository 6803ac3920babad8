#include "core/yaml/yaml_tag.h"

#include <fmt/format.h>

#include <cstdint>
#include <string_view>

#include "core/text.h"

namespace biglittle {
namespace {

// What "!!" stands for. Source: YAML 1.2, 10.3.
constexpr std::string_view kOwnTags = "tag:yaml.org,2002:";
// What yaml-cpp reports of a plain value without a tag, and of one in quotes or with a sole "!".
constexpr std::string_view kNoTag = "?";
constexpr std::string_view kText = "!";

template <typename Number>
bool IsA(std::string_view text) {
  return ParseNumber<Number>(text).has_value();
}

bool IsNothing(std::string_view text) {
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

bool IsBoolean(std::string_view text) {
  return text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False" ||
         text == "FALSE";
}

// Whether `node` can be what YAML's own tag of this name says; nullopt if there is no such tag.
std::optional<bool> Fits(std::string_view name, const YamlNode& node) {
  const bool scalar = node.kind == YamlNode::Kind::kScalar;
  if (name == "str") return scalar;
  if (name == "int") return scalar && IsA<std::int64_t>(node.text);
  if (name == "float") return scalar && IsA<double>(node.text);
  if (name == "bool") return scalar && IsBoolean(node.text);
  if (name == "null") return scalar && IsNothing(node.text);
  if (name == "seq") return node.kind == YamlNode::Kind::kSequence;
  if (name == "map") return node.kind == YamlNode::Kind::kMap;
  return std::nullopt;
}

// As a person writes it.
std::string Written(std::string_view tag) {
  if (tag.starts_with(kOwnTags)) return "!!" + std::string(tag.substr(kOwnTags.size()));
  return tag.starts_with('!') ? std::string(tag) : fmt::format("!<{}>", tag);
}

}  // namespace

std::optional<std::string> ApplyTag(const std::string& tag, YamlNode& node) {
  if (tag == kNoTag || tag.empty()) return std::nullopt;
  if (tag == kText) {
    node.quoted = true;
    return std::nullopt;
  }
  std::string_view name(tag);
  std::optional<bool> fits;
  if (name.starts_with(kOwnTags)) {
    name.remove_prefix(kOwnTags.size());
    fits = Fits(name, node);
  }
  if (!fits) {
    return fmt::format("the tag {} means nothing here; write the value", Quoted(Written(tag)));
  }
  if (!*fits) {
    return fmt::format("the tag {} does not fit what follows it; leave the tag out",
                       Quoted(Written(tag)));
  }
  node.quoted = name == "str";
  if (name == "null") node.kind = YamlNode::Kind::kNothing;
  return std::nullopt;
}

}  // namespace biglittle
