// The kinds of keys that a KeyTable is made of: a function a kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/yaml/choice.h"
#include "core/yaml/key_table.h"
#include "core/yaml/map_reader.h"

namespace biglittle {

inline constexpr std::size_t kMaxPathBytes = 4096;

// The path that `node` names, relative to the folder of the file that it stands in.
std::optional<std::filesystem::path> ReadPath(const YamlNode& node, std::string_view name,
                                              Problems& problems);
// The same, and reports that there is no such file.
std::optional<std::filesystem::path> ReadFilePath(const YamlNode& node, std::string_view name,
                                                  Problems& problems);

TextShape IdentifierShape();
TextShape TaskNameShape();
TextShape PathShape(std::string what);

// The key `name` is read by `read`, a function or lambda (node, member, problems).
template <typename Section, typename Member, typename Read>
Key<Section> KeyReadBy(std::string_view name, Member Section::*member, Read read, ValueShape shape,
                       KeyText text, std::string default_value = "") {
  return {{name, std::move(text), std::move(shape), std::move(default_value)},
          [member, read](const YamlNode& node, Section& section, Problems& problems) {
            read(node, section.*member, problems);
          }};
}

// A key that whoever reads the section asks the map for: its value needs more than itself.
template <typename Section>
Key<Section> OwnKey(std::string_view name, ValueShape shape, KeyText text,
                    Need need = Need::kOptional, std::string default_value = "") {
  return {{name, std::move(text), std::move(shape), std::move(default_value), need}, nullptr};
}

template <typename Section>
Key<Section> Required(Key<Section> key) {
  key.facts.need = Need::kRequired;
  key.facts.default_value.clear();
  return key;
}
template <typename Section>
Key<Section> RequiredHereOrInDefaults(Key<Section> key) {
  key.facts.need = Need::kHereOrInDefaults;
  key.facts.default_value.clear();
  return key;
}

template <typename Member>
concept IsDuration = requires {
  typename Member::rep;
};
template <typename Member>
concept IsOptional = requires(Member member) {
  member.has_value();
};

// A whole number: an integer, a duration in the unit of its type, or an optional integer.
template <typename Section, typename Member>
Key<Section> WholeKey(std::string_view name, Member Section::*member, WholeRange range,
                      KeyText text) {
  std::string default_value;
  if constexpr (IsDuration<Member>) {
    default_value = std::to_string((Section{}.*member).count());
  } else if constexpr (!IsOptional<Member>) {
    default_value = std::to_string(Section{}.*member);
  }
  const auto read = [name, range](const YamlNode& node, Member& target, Problems& problems) {
    const std::optional<std::int64_t> whole = ReadWhole(node, name, range, problems);
    if (!whole) return;
    if constexpr (IsDuration<Member>) {
      target = Member(*whole);
    } else if constexpr (IsOptional<Member>) {
      target = static_cast<typename Member::value_type>(*whole);
    } else {
      target = static_cast<Member>(*whole);
    }
  };
  return KeyReadBy(name, member, read, {WholeShape{range}}, std::move(text), default_value);
}

template <typename Section>
Key<Section> BoolKey(std::string_view name, bool Section::*member, KeyText text) {
  const auto read = [name](const YamlNode& node, bool& target, Problems& problems) {
    if (const auto value = ReadBool(node, name, problems)) target = *value;
  };
  return KeyReadBy(name, member, read, {BoolShape{}}, std::move(text),
                   Section{}.*member ? "true" : "false");
}

// A float, or an optional one.
template <typename Section, typename Member>
Key<Section> FractionKey(std::string_view name, Member Section::*member, FractionRange range,
                         KeyText text) {
  std::string default_value;
  if constexpr (!IsOptional<Member>) default_value = WrittenDefault(Section{}.*member);
  const auto read = [name, range](const YamlNode& node, Member& target, Problems& problems) {
    if (const auto value = ReadFraction(node, name, range, problems)) target = *value;
  };
  return KeyReadBy(name, member, read, {FractionShape{range}}, std::move(text), default_value);
}

// The value of the choice that `node` names.
template <typename Value>
std::optional<Value> ReadChoiceOf(const YamlNode& node, std::string_view name,
                                  std::span<const Choice<Value>> choices, Problems& problems) {
  std::vector<std::string_view> names;
  for (const Choice<Value>& choice : choices) names.push_back(choice.name);
  const std::optional<std::size_t> index = ReadChoice(node, name, names, problems);
  if (!index) return std::nullopt;
  return choices[*index].value;
}

template <typename Value>
ChoiceShape ShapeOf(std::span<const Choice<Value>> choices) {
  ChoiceShape shape;
  for (const Choice<Value>& choice : choices) shape.words.push_back({choice.name, choice.help});
  return shape;
}

// One of a table of words, which must stay where it is.
template <typename Section, typename Value>
Key<Section> ChoiceKey(std::string_view name, Value Section::*member,
                       std::type_identity_t<std::span<const Choice<Value>>> choices, KeyText text) {
  const auto read = [name, choices](const YamlNode& node, Value& target, Problems& problems) {
    if (const auto value = ReadChoiceOf(node, name, choices, problems)) target = *value;
  };
  return KeyReadBy(name, member, read, {ShapeOf(choices)}, std::move(text),
                   WrittenDefault(ChoiceName(choices, Section{}.*member)));
}

template <typename Section>
Key<Section> IdentifierKey(std::string_view name, std::string Section::*member, KeyText text) {
  const auto read = [name](const YamlNode& node, std::string& target, Problems& problems) {
    if (auto value = ReadIdentifier(node, name, problems)) target = *std::move(value);
  };
  return KeyReadBy(name, member, read, {IdentifierShape()}, std::move(text),
                   WrittenDefault(Section{}.*member));
}

// The version of the file's format, which is 1.
template <typename Section>
Key<Section> VersionKey() {
  return {{"version", {.help = "of this format"}, {FixedShape{"1"}}, "", Need::kRequired},
          [](const YamlNode& node, Section&, Problems& problems) {
            ReadWhole(node, "version", {1, 1}, problems);
          }};
}

// One line of at most `longest` bytes.
template <typename Section, typename Member>
Key<Section> LineKey(std::string_view name, Member Section::*member, TextShape shape,
                     KeyText text) {
  const auto read = [name, longest = shape.longest](const YamlNode& node, Member& target,
                                                    Problems& problems) {
    if (auto line = ReadLine(node, name, longest, problems)) target = *std::move(line);
  };
  return KeyReadBy(name, member, read, {std::move(shape)}, std::move(text));
}

// A path, or an optional one; `what` it is, for people.
template <typename Section, typename Member>
Key<Section> PathKey(std::string_view name, Member Section::*member, std::string what,
                     KeyText text) {
  const auto read = [name](const YamlNode& node, Member& target, Problems& problems) {
    if (auto path = ReadPath(node, name, problems)) target = *std::move(path);
  };
  return KeyReadBy(name, member, read, {PathShape(std::move(what))}, std::move(text));
}
// The path of a file that must be there.
template <typename Section, typename Member>
Key<Section> FileKey(std::string_view name, Member Section::*member, KeyText text) {
  const auto read = [name](const YamlNode& node, Member& target, Problems& problems) {
    if (auto path = ReadFilePath(node, name, problems)) target = *std::move(path);
  };
  return KeyReadBy(name, member, read, {PathShape("file")}, std::move(text));
}

// A map of its own, or an optional one; what it does not say stays as it was. `keys` must stay.
template <typename Section, typename Member, typename Inner>
Key<Section> SectionKey(std::string_view name, Member Section::*member, const KeyTable<Inner>& keys,
                        KeyText text) {
  const auto read = [name, &keys](const YamlNode& node, Member& target, Problems& problems) {
    if constexpr (IsOptional<Member>) {
      if (!target) target.emplace();
      ReadSection(node, name, keys, *target, problems);
    } else {
      ReadSection(node, name, keys, target, problems);
    }
  };
  return KeyReadBy(name, member, read, {MapShape{{keys.facts()}}}, std::move(text));
}

}  // namespace biglittle
