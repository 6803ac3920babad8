#include "core/yaml/key_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace biglittle {

std::shared_ptr<const ValueShape> Each(ValueShape shape) {
  return std::make_shared<const ValueShape>(std::move(shape));
}

ValueShape OrNull(ValueShape shape) {
  return {AnyOfShape{{Each(std::move(shape)), Each({FixedShape{"null"}})}}};
}

const KeyFacts& KeyFactsOf(const SectionFacts& section, std::string_view name) {
  return *std::ranges::find(section.keys, name, &KeyFacts::name);
}

std::shared_ptr<const SectionFacts> JoinedFacts(
    std::string_view id, std::string help,
    const std::vector<std::shared_ptr<const SectionFacts>>& parts) {
  SectionFacts joined{.id = id, .help = std::move(help), .keys = {}};
  for (const auto& part : parts) {
    joined.keys.insert(joined.keys.end(), part->keys.begin(), part->keys.end());
  }
  return std::make_shared<const SectionFacts>(std::move(joined));
}

// A float's own digits: as a double 0.2 would be 0.200000003.
std::string WrittenDefault(float value) { return fmt::format("{}", value); }

std::string WrittenDefault(std::string_view text) {
  return text.empty() ? "" : fmt::format("\"{}\"", text);
}

}  // namespace biglittle
