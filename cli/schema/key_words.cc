#include "cli/schema/key_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <variant>
#include <vector>

namespace biglittle {
namespace {

constexpr double kLargest = std::numeric_limits<float>::max();

std::string Range(const FixedShape& shape) { return shape.json; }
std::string Range(const BoolShape&) { return "`true`, `false`"; }
std::string Range(const WholeShape& shape) {
  return fmt::format("{} to {}", shape.range.least, shape.range.most);
}
std::string Range(const FractionShape& shape) {
  const auto& [least, most, without_least] = shape.range;
  if (most >= kLargest) return without_least ? "above " + WrittenNumber(least) : "finite";
  return fmt::format("{}{}{}", without_least ? "above " : "", WrittenNumber(least),
                     (without_least ? ", up to " : " to ") + WrittenNumber(most));
}
std::string Range(const TextShape& shape) { return shape.what; }
std::string Range(const ChoiceShape& shape) {
  std::vector<std::string> words;
  for (const ChoiceShape::Word& word : shape.words) words.push_back(fmt::format("`{}`", word.name));
  return fmt::format("{}", fmt::join(words, ", "));
}
std::string Range(const ListShape& shape) {
  return shape.most ? fmt::format("list of {} to {}", shape.least, *shape.most)
                    : fmt::format("list of {} or more", shape.least);
}
std::string Range(const ByLabelShape&) { return "map from a label"; }
std::string Range(const MapShape&) { return "map"; }
std::string Range(const AnyOfShape& shape) {
  std::vector<std::string> kinds;
  for (const auto& value : shape.values) {
    kinds.push_back(std::visit([](const auto& kind) { return Range(kind); }, value->kind));
  }
  return fmt::format("{}", fmt::join(kinds, ", or "));
}

}  // namespace

std::string MeaningOf(const KeyFacts& key) {
  std::string meaning = key.text.help;
  const auto* map = std::get_if<MapShape>(&key.shape.kind);
  if (meaning.empty() && map != nullptr && map->sections.size() == 1) {
    meaning = map->sections.front()->help;
  }
  if (const auto* choice = std::get_if<ChoiceShape>(&key.shape.kind)) {
    for (const ChoiceShape::Word& word : choice->words) {
      if (!word.help.empty()) meaning += fmt::format(". `{}`: {}", word.name, word.help);
    }
  }
  return meaning;
}

std::string UnitOf(const KeyFacts& key) {
  if (!key.text.unit.empty()) return key.text.unit;
  if (key.name.ends_with("_ms") && std::holds_alternative<WholeShape>(key.shape.kind)) return "ms";
  if (key.name.ends_with("_s")) return "seconds";
  if (key.name.ends_with("_bytes")) return "bytes";
  return key.name.ends_with("_ms") ? "ms" : "";
}

std::string RangeOf(const KeyFacts& key) {
  if (!key.text.range.empty()) return key.text.range;
  return std::visit([](const auto& shape) { return Range(shape); }, key.shape.kind);
}

std::string WrittenNumber(double number) {
  constexpr double kExact = 1e15;
  if (number == std::trunc(number) && std::abs(number) < kExact) {
    return fmt::format("{}", static_cast<std::int64_t>(number));
  }
  return fmt::format("{}", number);
}

std::string WithoutMarks(std::string_view markdown) {
  std::string plain;
  while (!markdown.empty()) {
    const std::size_t link = markdown.find("](");
    const std::size_t mark = markdown.find_first_of("`[");
    if (mark < link) {
      plain += markdown.substr(0, mark);
      markdown.remove_prefix(mark + 1);
    } else if (link != std::string_view::npos) {
      plain += markdown.substr(0, link);
      markdown.remove_prefix(std::min(markdown.find(')', link), markdown.size() - 1) + 1);
    } else {
      plain += markdown;
      break;
    }
  }
  return plain;
}

std::string AsSentence(std::string text) {
  if (text.empty()) return text;
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  if (!text.ends_with('.')) text += '.';
  return text;
}

}  // namespace biglittle
