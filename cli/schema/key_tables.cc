#include "cli/schema/key_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <variant>

#include "absl/status/status.h"

#include "cli/schema/key_words.h"
#include "core/fleet/fleet_devices.h"
#include "core/fleet/fleet_file.h"
#include "core/task/task_reader.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

constexpr std::string_view kBegin = "<!-- keys: ";
constexpr std::string_view kBeginEnd = " -->\n";
constexpr std::string_view kEnd = "<!-- end -->";

std::string DefaultOf(const KeyFacts& key) {
  if (key.need != Need::kOptional) return "required";
  if (key.default_value.empty()) return key.text.absent;
  std::string value = key.default_value;
  std::erase(value, '"');
  return fmt::format("`{}`", value);
}

std::string Table(const SectionFacts& section) {
  const bool has_units =
      std::ranges::any_of(section.keys, [](const KeyFacts& key) { return !UnitOf(key).empty(); });
  std::string table = has_units
                          ? "| key | unit | range | default | meaning |\n|---|---|---|---|---|\n"
                          : "| key | range | default | meaning |\n|---|---|---|---|\n";
  for (const KeyFacts& key : section.keys) {
    const auto cell = [](const std::string& text) {
      return text.empty() ? " |" : " " + text + " |";
    };
    table += fmt::format("| `{}` |", key.name);
    if (has_units) table += cell(UnitOf(key));
    table += cell(RangeOf(key)) + cell(DefaultOf(key)) + cell(MeaningOf(key)) + "\n";
  }
  return table;
}

using Tables = std::map<std::string, std::string, std::less<>>;

void Collect(const SectionFacts& section, Tables& tables);

void Collect(const ValueShape& shape, Tables& tables) {
  if (const auto* list = std::get_if<ListShape>(&shape.kind)) Collect(*list->element, tables);
  const auto* map = std::get_if<MapShape>(&shape.kind);
  if (map == nullptr) return;
  for (const auto& inner : map->sections) Collect(*inner, tables);
}

void Collect(const SectionFacts& section, Tables& tables) {
  tables[std::string(section.id)] = Table(section);
  for (const KeyFacts& key : section.keys) Collect(key.shape, tables);
}

Tables AllTables() {
  Tables tables;
  Collect(*FleetFacts(AllSources()), tables);
  Collect(*TaskFacts(), tables);
  tables["source"] = Table(*SourceFacts(AllSources()));
  std::string& own = tables["sources"];
  for (const SourceKind* kind : AllSources().all()) {
    if (!own.empty()) own += '\n';
    own += fmt::format("Of type `{}`, {}:\n\n{}", kind->type(), kind->keys()->help,
                       Table(*kind->keys()));
  }
  return tables;
}

}  // namespace

absl::StatusOr<std::string> WithKeyTables(std::string_view markdown) {
  const Tables tables = AllTables();
  std::string written;
  for (;;) {
    const std::size_t begin = markdown.find(kBegin);
    if (begin == std::string_view::npos) break;
    const std::size_t name_end = markdown.find(kBeginEnd, begin);
    const std::size_t end = markdown.find(kEnd, begin);
    if (name_end == std::string_view::npos || end == std::string_view::npos || end < name_end) {
      return absl::InvalidArgumentError(fmt::format("a mark '{}...' has no '{}'", kBegin, kEnd));
    }
    const std::string_view name =
        markdown.substr(begin + kBegin.size(), name_end - begin - kBegin.size());
    const auto table = tables.find(name);
    if (table == tables.end()) {
      return absl::InvalidArgumentError(
          fmt::format("the mark '{}{}' names no section that there is", kBegin, name));
    }
    written += markdown.substr(0, name_end + kBeginEnd.size());
    written += fmt::format("\n{}\n{}", table->second, kEnd);
    markdown.remove_prefix(end + kEnd.size());
  }
  return written += markdown;
}

}  // namespace biglittle
