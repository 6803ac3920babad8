// What may be written under the keys of a map, for people and their editors: the JSON Schemas and
// the tables of docs/configuration.md are made from it (cli/schema/). It stands beside what reads
// the keys (key_table.h), so that both say the same. The fields of messages are told by it as well
// (wire/messages/message_facts.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/yaml/map_reader.h"

namespace biglittle {

struct ValueShape;
struct SectionFacts;

// Exactly this, as JSON writes it.
struct FixedShape {
  std::string json;
};
struct BoolShape {};
struct WholeShape {
  WholeRange range;
};
struct FractionShape {
  FractionRange range;
};
struct TextShape {
  std::string what;         // for people: "identifier", "file"
  std::string pattern;      // a regular expression that POSIX and ECMA read alike; empty: any line
  std::size_t longest = 0;  // in bytes; 0: what the pattern allows
  std::string format = {};  // a format of JSON Schema, such as date-time; empty: none
  bool may_be_empty = false;
};
struct ChoiceShape {
  struct Word {
    std::string_view name;
    std::string_view help;
  };
  std::vector<Word> words;
};
struct ListShape {
  std::size_t least = 0;
  std::optional<std::size_t> most;
  bool without_repeats = false;
  std::shared_ptr<const ValueShape> element;
};
// A map from names that are not known beforehand, as labels of the task are.
struct ByLabelShape {
  std::shared_ptr<const ValueShape> value;
};
// One of these.
struct AnyOfShape {
  std::vector<std::shared_ptr<const ValueShape>> values;
};
// A map of one of these kinds; of any where there is none.
struct MapShape {
  std::vector<std::shared_ptr<const SectionFacts>> sections;
};

struct ValueShape {
  std::variant<FixedShape, BoolShape, WholeShape, FractionShape, TextShape, ChoiceShape, ListShape,
               ByLabelShape, AnyOfShape, MapShape>
      kind;
};

// What is said of a key. Phrases of Markdown in one line, without their full stop.
struct KeyText {
  std::string help;    // of a section empty where the section's own will do
  std::string unit;    // empty: as the key's ending says (_ms, _s, _bytes)
  std::string absent;  // what holds where the key is left out, if there is no default to name
  std::string range;   // what may be written, where the shape does not say it well
};

enum class Need : std::uint8_t { kOptional, kRequired, kHereOrInDefaults };

struct KeyFacts {
  std::string_view name;  // a literal
  KeyText text;
  ValueShape shape;
  std::string default_value;  // as JSON writes it; empty: none
  Need need = Need::kOptional;
};

// A map with keys. Constant and shared: several keys may have maps of one kind.
struct SectionFacts {
  std::string_view id;  // among all sections of a file
  std::string help;
  std::vector<KeyFacts> keys;  // in the order in which they are asked for
  // At least one of these must be there; empty: none need be.
  std::vector<std::string_view> needs_one_of = {};
};

// Values on their own, for lists and maps.
std::shared_ptr<const ValueShape> Each(ValueShape shape);
// That, or null.
ValueShape OrNull(ValueShape shape);
// Those of the key `name`, which the section has.
const KeyFacts& KeyFactsOf(const SectionFacts& section, std::string_view name);
// The keys of `parts`, one after the other.
std::shared_ptr<const SectionFacts> JoinedFacts(
    std::string_view id, std::string help,
    const std::vector<std::shared_ptr<const SectionFacts>>& parts);

// How JSON writes a default.
std::string WrittenDefault(float value);
std::string WrittenDefault(std::string_view text);  // without quotes or escapes in it; "": none

}  // namespace biglittle
