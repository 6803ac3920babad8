#include "core/fleet/id_template.h"

#include <fmt/format.h>

#include "core/text.h"
#include "core/yaml/key_kinds.h"

namespace biglittle {
namespace {

constexpr std::string_view kNumberMark = "{n}";

// Whether the id has a number where there are copies, and only there.
bool FitsCopies(const YamlNode& node, std::string_view id, const Copies& copies,
                Problems& problems) {
  const bool has_number = id.find(kNumberMark) != std::string_view::npos;
  if (has_number && !copies.is_template) {
    problems.Add(node, "'id' has {n}, the number of a copy; say how many with 'count'");
    return false;
  }
  if (!has_number && copies.count > 1) {
    problems.Add(node, fmt::format("'id' must contain {{n}}, the number of the copy, where "
                                   "'count' is {}",
                                   copies.count));
    return false;
  }
  return true;
}

// Without `count` the entry stands for itself.
void CheckCopies(MapReader& map, Copies& copies) {
  copies.is_template = map.Find("count") != nullptr;
  const YamlNode* first = map.Find("first");
  if (first != nullptr && !copies.is_template) {
    map.problems().Add(*first,
                       "'first' numbers the copies of a template; give 'count' too, or remove it");
  }
}

}  // namespace

KeyTable<Copies> EntryKeys(const std::string& things, std::size_t most) {
  return KeyTable<Copies>(
      "entry", "",
      {OwnKey<Copies>(
           "id", {TextShape{.what = "identifier", .pattern = "^([A-Za-z0-9_.-]|\\{n\\}){1,64}$"}},
           {.help = fmt::format("unique among the {}; in a template it contains `{{n}}`, "
                                "which stands for the copy's number, with zeros in "
                                "front",
                                things)},
           Need::kRequired),
       WholeKey("count", &Copies::count, {1, static_cast<std::int64_t>(most)},
                {.help = fmt::format("makes the entry a template for so many {0}; {1} {0} in the "
                                     "whole file at most",
                                     things, most),
                 .unit = things}),
       WholeKey("first", &Copies::first, {0, 1'000'000'000},
                {.help = "the number of a template's first copy; only with `count`"})},
      CheckCopies);
}

std::string OfCopy(std::string_view pattern, const Copies& copies, std::size_t k) {
  const std::uint64_t largest = copies.first + copies.count - 1;
  const std::string digits =
      fmt::format("{:0{}}", copies.first + k, fmt::formatted_size("{}", largest));
  std::string text(pattern);
  for (std::size_t at = text.find(kNumberMark); at != std::string::npos;
       at = text.find(kNumberMark, at + digits.size())) {
    text.replace(at, kNumberMark.size(), digits);
  }
  return text;
}

std::vector<std::string> IdTemplates::Unfold(const YamlNode& id, const Copies& copies,
                                             std::size_t room, Problems& problems) {
  std::vector<std::string> ids;
  const auto text = ReadLine(id, "id", 64, problems);
  if (!text || !FitsCopies(id, *text, copies, problems)) return ids;
  for (std::size_t k = 0; k < copies.count && ids.size() < room; ++k) {
    std::string copy = OfCopy(*text, copies, k);
    if (!IsIdentifier(copy)) {
      problems.Add(id, fmt::format("'id' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not {}",
                                   Quoted(copy)));
      return ids;
    }
    const auto [known, is_new] = line_of_id_.emplace(copy, id.line);
    if (!is_new) {
      problems.Add(id, fmt::format("{} id {} is given twice, first at line {}", what_, Quoted(copy),
                                   known->second));
      return ids;
    }
    ids.push_back(std::move(copy));
  }
  return ids;
}

}  // namespace biglittle
