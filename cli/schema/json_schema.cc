#include "cli/schema/json_schema.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "cli/schema/key_words.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

// What a table says before it says why; behind "Absent:" it is not needed.
constexpr std::string_view kNone = "none: ";
constexpr double kLargest = std::numeric_limits<float>::max();

Json Number(double number) { return Json::parse(WrittenNumber(number)); }

std::string DescriptionOf(const KeyFacts& key) {
  std::string text = AsSentence(WithoutMarks(MeaningOf(key)));
  const auto add = [&](const std::string& sentence) {
    if (!sentence.empty()) text += (text.empty() ? "" : " ") + sentence;
  };
  const std::string unit = UnitOf(key);
  if (!unit.empty()) add(fmt::format("Unit: {}.", unit == "ms" ? "milliseconds" : unit));
  std::string_view absent = key.text.absent;
  if (absent.starts_with(kNone)) absent.remove_prefix(kNone.size());
  if (!absent.empty()) add(AsSentence("Absent: " + WithoutMarks(absent)));
  if (key.need == Need::kHereOrInDefaults) add("Required, here or in device_defaults.");
  return text;
}

class SchemaWriter {
 public:
  // Maps inside become members of `definitions`, which is `at` in the document.
  SchemaWriter(OtherKeys others, std::string_view at, Json& definitions)
      : others_(others), at_(at), definitions_(definitions) {}

  Json Map(const SectionFacts& section) {
    Json map{{"description", AsSentence(WithoutMarks(section.help))}, {"type", "object"}};
    if (others_ == OtherKeys::kRefused) map["additionalProperties"] = false;
    Json required = Json::array();
    Json properties = Json::object();
    for (const KeyFacts& key : section.keys) {
      if (key.need == Need::kRequired) required.push_back(key.name);
      properties[std::string(key.name)] = Property(key);
    }
    if (!required.empty()) map["required"] = std::move(required);
    map["properties"] = std::move(properties);
    for (const std::string_view name : section.needs_one_of) {
      map["anyOf"].push_back({{"required", {name}}});
    }
    return map;
  }
  Json Value(const ValueShape& shape) {
    return std::visit([this](const auto& kind) { return Shape(kind); }, shape.kind);
  }

 private:
  Json Property(const KeyFacts& key) {
    Json property = Json::object();
    Json value = Value(key.shape);
    // A map tells by itself what it is; what is said of this key goes before it.
    const bool own_words = !value.contains("$ref") || !key.text.help.empty();
    if (own_words) property["description"] = DescriptionOf(key);
    property.update(value);
    if (!key.default_value.empty()) property["default"] = Json::parse(key.default_value);
    return property;
  }

  Json Shape(const BoolShape&) { return {{"type", "boolean"}}; }
  Json Shape(const FixedShape& shape) { return {{"const", Json::parse(shape.json)}}; }
  Json Shape(const WholeShape& shape) {
    Json value{{"type", "integer"}, {"minimum", shape.range.least}};
    if (shape.range.most < std::numeric_limits<std::int64_t>::max()) {
      value["maximum"] = shape.range.most;
    }
    return value;
  }
  Json Shape(const FractionShape& shape) {
    Json value{{"type", "number"}};
    const auto& [least, most, without_least] = shape.range;
    if (without_least) {
      value["exclusiveMinimum"] = Number(least);
    } else if (least > -kLargest) {
      value["minimum"] = Number(least);
    }
    if (most < kLargest) value["maximum"] = Number(most);
    return value;
  }
  Json Shape(const TextShape& shape) {
    Json value{{"type", "string"}};
    if (!shape.format.empty()) value["format"] = shape.format;
    if (!shape.pattern.empty()) {
      value["pattern"] = shape.pattern;
    } else if (!shape.may_be_empty) {
      value["minLength"] = 1;
    }
    if (shape.longest > 0) value["maxLength"] = shape.longest;
    return value;
  }
  Json Shape(const ChoiceShape& shape) {
    Json words = Json::array();
    for (const ChoiceShape::Word& word : shape.words) words.push_back(word.name);
    return {{"enum", std::move(words)}};
  }
  Json Shape(const ListShape& shape) {
    Json value{{"type", "array"}};
    if (shape.least > 0) value["minItems"] = shape.least;
    if (shape.most) value["maxItems"] = *shape.most;
    if (shape.without_repeats) value["uniqueItems"] = true;
    value["items"] = Value(*shape.element);
    return value;
  }
  Json Shape(const ByLabelShape& shape) {
    return {{"type", "object"}, {"additionalProperties", Value(*shape.value)}};
  }
  Json Shape(const AnyOfShape& shape) {
    Json kinds = Json::array();
    for (const auto& value : shape.values) kinds.push_back(Value(*value));
    return {{"anyOf", std::move(kinds)}};
  }
  Json Shape(const MapShape& shape) {
    if (shape.sections.empty()) return {{"type", "object"}};
    if (shape.sections.size() == 1) return Reference(*shape.sections.front());
    Json kinds = Json::array();
    for (const auto& section : shape.sections) kinds.push_back(Reference(*section));
    return {{"anyOf", std::move(kinds)}};
  }

  Json Reference(const SectionFacts& section) {
    const std::string id(section.id);
    if (!definitions_.contains(id)) {
      definitions_[id] = nullptr;  // keeps its place before those inside it
      definitions_[id] = Map(section);
    }
    return {{"$ref", at_ + id}};
  }

  const OtherKeys others_;
  const std::string at_;
  Json& definitions_;
};

}  // namespace

std::string JsonSchemaOf(const ValueShape& root, std::string_view id, std::string_view title,
                         OtherKeys others) {
  Json schema{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"$id", id}, {"title", title}};
  Json definitions = Json::object();
  SchemaWriter writer(others, "#/$defs/", definitions);
  const auto* map = std::get_if<MapShape>(&root.kind);
  const bool one = map != nullptr && map->sections.size() == 1;
  schema.update(one ? writer.Map(*map->sections.front()) : writer.Value(root));
  if (!definitions.empty()) schema["$defs"] = std::move(definitions);
  return schema.dump(2) + "\n";
}

Json JsonSchemaPart(const ValueShape& shape, OtherKeys others, std::string_view at,
                    Json& definitions) {
  return SchemaWriter(others, at, definitions).Value(shape);
}

}  // namespace biglittle
