#include "core/yaml/map_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>
#include <unordered_map>

#include "core/text.h"

namespace biglittle {
namespace {

// What a node is, for "must be ..., not ...".
std::string Describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNothing:
      return "nothing";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
    case YamlNode::Kind::kScalar:
      break;
  }
  return node.quoted ? fmt::format("the text {}", Quoted(node.text)) : Quoted(node.text);
}

void ReportType(const YamlNode& node, std::string_view name, std::string_view expected,
                Problems& problems) {
  problems.Add(node, fmt::format("'{}' must be {}, not {}", name, expected, Describe(node)));
}

std::string_view UnitOf(std::string_view name) {
  const std::string_view ending = name.substr(std::min(name.rfind('_'), name.size()));
  if (name.ends_with("_per_s")) return " a second";
  if (ending == "_ms") return " milliseconds";
  if (ending == "_s") return " seconds";
  if (ending == "_bytes") return " bytes";
  return "";
}

template <typename Number>
std::optional<Number> NumberOf(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.quoted) return std::nullopt;
  return ParseNumber<Number>(node.text);
}

// Decimal digits; a leading zero is refused because YAML 1.1 tools take it for octal.
bool LooksWhole(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.quoted) return false;
  std::string_view digits = node.text;
  if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
  if (digits.size() > 1 && digits.front() == '0') return false;
  return !digits.empty() &&
         std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void Problems::Add(const YamlNode& at, std::string message) {
  if (full()) {
    ++not_kept_;
    return;
  }
  problems_.push_back({file_, at.line, at.column, std::move(message)});
}

std::vector<Diagnostic> Problems::Take() {
  const auto place = [](const Diagnostic& d) { return std::tie(d.line, d.column, d.message); };
  std::sort(problems_.begin(), problems_.end(),
            [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  problems_.erase(std::unique(problems_.begin(), problems_.end()), problems_.end());
  if (not_kept_ > 0) {
    problems_.push_back({file_, 0, 0, fmt::format("{} more problems are not shown", not_kept_)});
  }
  return std::move(problems_);
}

std::optional<std::int64_t> ReadWhole(const YamlNode& node, std::string_view name, WholeRange range,
                                      Problems& problems) {
  if (!LooksWhole(node)) {
    ReportType(node, name, "a whole number", problems);
    return std::nullopt;
  }
  // Digits only, so what cannot be parsed is too large.
  const auto number = NumberOf<std::int64_t>(node);
  if (!number || *number < range.least || *number > range.most) {
    const std::string expected = range.least == range.most
                                     ? fmt::format("{}", range.least)
                                     : fmt::format("{} to {}", range.least, range.most);
    problems.Add(node, fmt::format("'{}' must be {}{}, not {}", name, expected, UnitOf(name),
                                   Quoted(node.text)));
    return std::nullopt;
  }
  return number;
}

std::optional<float> ReadFraction(const YamlNode& node, std::string_view name, FractionRange range,
                                  Problems& problems) {
  const auto number = NumberOf<double>(node);
  if (!number) {
    ReportType(node, name, "a number", problems);
    return std::nullopt;
  }
  constexpr double kLargest = std::numeric_limits<float>::max();
  const auto value = static_cast<float>(std::clamp(*number, -kLargest, kLargest));
  // Checked after rounding to float: a tiny positive number that becomes 0 is refused where 0 is.
  const double rounded = value;
  const bool inside = std::isfinite(*number) && *number <= range.most && rounded <= range.most &&
                      (range.without_least ? rounded > range.least
                                           : *number >= range.least && rounded >= range.least);
  if (!inside) {
    std::string expected = range.without_least
                               ? fmt::format("above {} and at most {}", range.least, range.most)
                               : fmt::format("{} to {}", range.least, range.most);
    if (range.most >= kLargest) {
      expected = range.without_least ? fmt::format("above {}", range.least) : "a finite number";
    }
    problems.Add(node, fmt::format("'{}' must be {}, not {}", name, expected, Quoted(node.text)));
    return std::nullopt;
  }
  return value;
}

std::optional<bool> ReadBool(const YamlNode& node, std::string_view name, Problems& problems) {
  const bool plain = node.kind == YamlNode::Kind::kScalar && !node.quoted;
  if (plain && node.text == "true") return true;
  if (plain && node.text == "false") return false;
  ReportType(node, name, "true or false", problems);
  return std::nullopt;
}

std::optional<std::string> ReadLine(const YamlNode& node, std::string_view name,
                                    std::size_t longest, Problems& problems) {
  if (node.kind != YamlNode::Kind::kScalar) {
    ReportType(node, name, "text", problems);
    return std::nullopt;
  }
  const bool one_line = std::none_of(node.text.begin(), node.text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
  if (node.text.empty() || node.text.size() > longest || !one_line || FirstUnprintable(node.text)) {
    problems.Add(node, fmt::format("'{}' must be one line of 1 to {} bytes, not {}", name, longest,
                                   Quoted(node.text)));
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::string> ReadIdentifier(const YamlNode& node, std::string_view name,
                                          Problems& problems) {
  if (node.kind != YamlNode::Kind::kScalar) {
    ReportType(node, name, "text", problems);
    return std::nullopt;
  }
  if (!IsIdentifier(node.text)) {
    problems.Add(node, fmt::format("'{}' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not {}",
                                   name, Quoted(node.text)));
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::size_t> ReadChoice(const YamlNode& node, std::string_view name,
                                      const std::vector<std::string_view>& choices,
                                      Problems& problems) {
  if (node.kind == YamlNode::Kind::kScalar) {
    const auto found = std::find(choices.begin(), choices.end(), node.text);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  }
  ReportType(node, name, fmt::format("one of {}", fmt::join(choices, ", ")), problems);
  return std::nullopt;
}

const std::vector<const YamlNode*>* ReadList(const YamlNode& node, std::string_view name,
                                             std::size_t least, std::size_t most,
                                             Problems& problems) {
  if (node.kind != YamlNode::Kind::kSequence) {
    ReportType(node, name, "a list", problems);
    return nullptr;
  }
  if (node.items.size() < least || node.items.size() > most) {
    const std::string range =
        least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
    problems.Add(node,
                 fmt::format("'{}' must have {} elements, not {}", name, range, node.items.size()));
    return nullptr;
  }
  return &node.items;
}

void ReadLines(const YamlNode& node, std::string_view name, std::size_t most, std::size_t longest,
               std::vector<std::string>& lines, Problems& problems) {
  const auto* items = ReadList(node, name, 1, most, problems);
  if (items == nullptr) return;
  lines.clear();
  for (const YamlNode* item : *items) {
    if (auto line = ReadLine(*item, name, longest, problems)) lines.push_back(*std::move(line));
  }
}

MapReader::MapReader(const YamlNode& node, std::string_view name, Problems& problems)
    : node_(node), problems_(problems) {
  if (!is_map()) {
    ReportType(node, name, "a map of keys", problems);
    return;
  }
  std::unordered_map<std::string_view, const YamlNode*> first;
  for (const YamlNode::Entry& entry : node.entries) {
    if (entry.key->kind != YamlNode::Kind::kScalar) {
      problems_.Add(*entry.key, fmt::format("a key must be text, not {}", Describe(*entry.key)));
      continue;
    }
    const auto [known, is_new] = first.emplace(entry.key->text, entry.key);
    if (!is_new) {
      problems_.Add(*entry.key, fmt::format("key {} is given twice, first at line {}; remove one",
                                            Quoted(entry.key->text), known->second->line));
    }
  }
}

const YamlNode* MapReader::Find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  for (const YamlNode::Entry& entry : node_.entries) {
    if (entry.key->kind == YamlNode::Kind::kScalar && entry.key->text == key) return entry.value;
  }
  return nullptr;
}

const YamlNode* MapReader::Require(std::string_view key) {
  const YamlNode* value = Find(key);
  if (value == nullptr && is_map()) {
    problems_.Add(node_, fmt::format("the key '{}' is missing", key));
  }
  return value;
}

void MapReader::Finish() {
  for (const YamlNode::Entry& entry : node_.entries) {
    if (entry.key->kind != YamlNode::Kind::kScalar) continue;
    const std::string& key = entry.key->text;
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    if (problems_.full()) {  // a text that nobody will see is not worth the search
      problems_.Add(*entry.key, "");
      continue;
    }
    const std::string nearest = NearestTo(WithoutInvisible(key), known_);
    problems_.Add(*entry.key, nearest.empty() ? fmt::format("unknown key {}; this map takes {}",
                                                            Quoted(key), fmt::join(known_, ", "))
                                              : fmt::format("unknown key {}; did you mean '{}'?",
                                                            Quoted(key), nearest));
  }
}

}  // namespace biglittle
