#include "core/yaml/key_table.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/yaml/key_kinds.h"
#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

enum class Colour : std::uint8_t { kRed, kBlue };
constexpr std::array<Choice<Colour>, 2> kColours{
    {{Colour::kBlue, "blue", "like the sky"}, {Colour::kRed, "red"}}};

struct Inner {
  float share = 0.2F;
};

struct Section {
  std::string name = "nobody";
  std::uint16_t port = 1883;
  Milliseconds wait{20};
  std::optional<std::uint64_t> seed;
  std::optional<float> rate;
  Colour colour = Colour::kRed;
  std::filesystem::path folder;
  std::optional<Inner> inner;
};

const KeyTable<Inner>& InnerKeys() {
  static const KeyTable<Inner> keys("inner", "what is inside",
                                    {FractionKey("share", &Inner::share, {0, 1}, {})});
  return keys;
}

const KeyTable<Section>& Keys() {
  static const KeyTable<Section> keys(
      "section", "",
      {Required(IdentifierKey("name", &Section::name, {})),
       WholeKey("port", &Section::port, {1, 65'535}, {}),
       WholeKey("wait_ms", &Section::wait, {0, 1000}, {}),
       WholeKey("seed", &Section::seed, {0, 9}, {.absent = "none"}),
       FractionKey("rate", &Section::rate, {0, 10, true}, {.absent = "none"}),
       ChoiceKey("colour", &Section::colour, kColours, {}),
       PathKey("folder", &Section::folder, "folder", {}),
       SectionKey("inner", &Section::inner, InnerKeys(), {}),
       OwnKey<Section>("own", {MapShape{}}, {})},
      [](MapReader& map, Section& section) {
        if (section.port == 7) map.problems().Add(map.node(), "seven");
      });
  return keys;
}

std::string ProblemsOf(const std::string& text, Section& section) {
  const auto parsed = ParseYaml(text, "dir/f");
  EXPECT_TRUE(parsed.ok()) << ToString(parsed.problems);
  Problems problems("dir/f");
  ReadSection(*parsed.value->root, "section", Keys(), section, problems);
  return ToString(problems.Take());
}

TEST(KeyTable, EveryKindIsReadIntoItsMember) {
  Section section;
  EXPECT_EQ(ProblemsOf("{name: a, port: 1, wait_ms: 5, seed: 3, rate: 2.5, colour: blue, folder: "
                       "x/../y, inner: {share: 0.5}, own: 4}",
                       section),
            "");
  EXPECT_EQ(section.name, "a");
  EXPECT_EQ(section.port, 1);
  EXPECT_EQ(section.wait, Milliseconds(5));
  EXPECT_EQ(section.seed, 3U);
  EXPECT_EQ(section.rate, 2.5F);
  EXPECT_EQ(section.colour, Colour::kBlue);
  EXPECT_EQ(section.folder, "dir/y");
  EXPECT_EQ(section.inner->share, 0.5F);
}

TEST(KeyTable, WhatIsLeftOutOrWrongStaysAsItWas) {
  Section section;
  section.wait = Milliseconds(7);
  EXPECT_EQ(ProblemsOf("{name: a b, port: 0, seed: x}", section),
            "dir/f:1:8: 'name' must be 1 to 64 characters of A-Z a-z 0-9 _ . -, not 'a b'\n"
            "dir/f:1:19: 'port' must be 1 to 65535, not '0'\n"
            "dir/f:1:28: 'seed' must be a whole number, not 'x'");
  EXPECT_EQ(section.name, "nobody");
  EXPECT_EQ(section.port, 1883);
  EXPECT_EQ(section.wait, Milliseconds(7));
  EXPECT_FALSE(section.inner.has_value());
}

TEST(KeyTable, ReportsWhatIsMissingOrUnknownAndWhatItsCheckFinds) {
  Section section;
  EXPECT_EQ(ProblemsOf("{port: 7, qqqqqqq: 1}", section),
            "dir/f:1:1: seven\n"
            "dir/f:1:1: the key 'name' is missing\n"
            "dir/f:1:11: unknown key 'qqqqqqq'; this map takes name, port, wait_ms, seed, rate, "
            "colour, folder, inner, own");
}

TEST(KeyTable, DefaultsAreTheSectionsOwn) {
  std::string defaults;
  for (const KeyFacts& key : Keys().facts()->keys) defaults += key.default_value + ";";
  EXPECT_EQ(defaults, ";1883;20;;;\"red\";;;;");
  EXPECT_EQ(InnerKeys().facts()->keys.at(0).default_value, "0.2");
}

TEST(KeyTable, AChoiceIsCalledAsItsTableSays) {
  EXPECT_EQ(ChoiceName(kColours, Colour::kBlue), "blue");
  Section section;
  EXPECT_EQ(ProblemsOf("{name: a, colour: green}", section),
            "dir/f:1:19: 'colour' must be one of blue, red, not 'green'");
}

}  // namespace
}  // namespace biglittle
