// YAML text -> a tree whose every node knows its place. The only file that knows yaml-cpp is
// yaml_reader.cc.
//
// What a person wrote is data to distrust: the text must be UTF-8 without control characters, is at
// most kMaxYamlBytes long, nests at most kMaxYamlDepth deep and has, with every alias counted as
// often as it is used, at most kMaxYamlNodes nodes. Tags must be YAML's own and fit their values
// (yaml_tag.h). No exception leaves this module.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics.h"

namespace biglittle {

inline constexpr std::size_t kMaxYamlBytes = 1U << 20U;
inline constexpr int kMaxYamlDepth = 64;
inline constexpr std::size_t kMaxYamlNodes = 1'000'000;

struct YamlNode {
  enum class Kind : std::uint8_t { kNothing, kScalar, kSequence, kMap };
  struct Entry {
    const YamlNode* key;
    const YamlNode* value;
  };

  Kind kind = Kind::kNothing;
  int line = 0;                        // 1-based
  int column = 0;                      // 1-based
  std::string text;                    // of a scalar
  bool quoted = false;                 // a scalar written in quotes is text, whatever it looks like
  std::vector<const YamlNode*> items;  // of a sequence
  std::vector<Entry> entries;          // of a map, in the file's order, repeated keys included
};

// Owns its nodes; an alias is the anchor's node itself, so the tree is in truth a graph without
// cycles. Constant once it is parsed.
struct YamlDocument {
  YamlDocument() = default;
  YamlDocument(YamlDocument&&) = default;
  YamlDocument& operator=(YamlDocument&&) = default;

  std::deque<YamlNode> nodes;
  const YamlNode* root = nullptr;
};

// `file` is only for the problems' places. An empty text is a document of kind kNothing.
Parsed<YamlDocument> ParseYaml(std::string_view text, const std::string& file);

// The whole text of a regular file of at most kMaxYamlBytes.
Parsed<std::string> ReadTextFile(const std::filesystem::path& path);

}  // namespace biglittle
