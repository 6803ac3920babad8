#include "core/yaml/yaml_trouble.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "core/text.h"

namespace biglittle {
namespace {

// The line of this number (1-based), without its end; empty behind the last.
std::string_view LineOf(std::string_view text, int line) {
  for (int i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n');
    if (end == text.npos) return "";
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// A tab before the line's first word; the dashes of a list's entries count as indentation.
std::optional<std::size_t> TabInIndentation(std::string_view line) {
  const std::size_t word = std::min(line.find_first_not_of(" \t-"), line.size());
  const std::size_t tab = line.substr(0, word).find('\t');
  if (tab == line.npos) return std::nullopt;
  return tab;
}

// One character of UTF-8, for a message.
std::string Shown(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) ++end;
  return Quoted(text.substr(at, end - at));
}

}  // namespace

std::optional<InvisibleTrouble> InvisibleCause(std::string_view text, int line) {
  const auto column = [](std::size_t at) { return static_cast<int>(at) + 1; };
  if (const auto tab = TabInIndentation(LineOf(text, line))) {
    return InvisibleTrouble{line, column(*tab), "a tab as indentation; YAML takes spaces only"};
  }
  // What is no ':' with a space behind it is noticed in the next line only.
  for (const int at : {line, line - 1}) {
    const std::string_view suspect = at > 0 ? LineOf(text, at) : "";
    if (const auto invisible = FirstInvisible(suspect)) {
      return InvisibleTrouble{at, column(*invisible),
                              fmt::format("the invisible character {}; write a space or nothing",
                                          Shown(suspect, *invisible))};
    }
  }
  return std::nullopt;
}

}  // namespace biglittle
