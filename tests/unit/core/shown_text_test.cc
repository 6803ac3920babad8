#include "core/shown_text.h"

#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include "core/text.h"
#include "core/utf8.h"

namespace biglittle {
namespace {

TEST(Shown, LeavesWhatPeopleRead) {
  for (const std::string text :
       {"plain ~", "gr\xc3\xbc\xc3\x9f", "\xe6\xb8\xa9\xe5\xba\xa6\xe3\x80\x80\xe9\xab\x98",
        "\xf0\x9f\x99\x82",                                                      // an emoji
        "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae\xd9\x88\xd8\xa7\xd9\x87\xd9\x85",  // Persian
        "\xe2\x9d\xa4\xef\xb8\x8f"}) {  // a heart, as an emoji
    EXPECT_EQ(Shown(text), text);
    EXPECT_EQ(ShownLines(text), text);
  }
}

TEST(Shown, SpellsOutWhatATerminalObeys) {
  EXPECT_EQ(Shown("\x1b]0;owned\x07"), "\\x1b]0;owned\\x07");
  EXPECT_EQ(Shown("a\r\n\tb\x7f"), "a\\x0d\\x0a\\x09b\\x7f");
  EXPECT_EQ(Shown(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(Shown("\xc2\x9b"
                  "31m\xc2\x85"),
            "\\u009b31m\\u0085");  // C1: CSI, next line
  EXPECT_EQ(Shown("a\xe2\x80\xa8"
                  "b\xe2\x80\xa9"),
            "a\\u2028b\\u2029");
}

TEST(Shown, SpellsOutWhatMisleads) {
  EXPECT_EQ(Shown("a\xe2\x80\xae"
                  "b"),
            "a\\u202eb");  // right to left override
  EXPECT_EQ(Shown("a\xe2\x81\xa6"
                  "b\xe2\x81\xa9"),
            "a\\u2066b\\u2069");                               // isolates
  EXPECT_EQ(Shown("\xe2\x80\x8e\xd8\x9c"), "\\u200e\\u061c");  // marks
  EXPECT_EQ(Shown("pump\xe2\x80\x8b-1\xef\xbb\xbf"), "pump\\u200b-1\\ufeff");
  EXPECT_EQ(Shown("pump\xe2\x80\x8d-1"), "pump\\u200d-1");  // a joiner between ASCII joins nothing
  EXPECT_EQ(Shown("a\xc2\xa0"
                  "b\xc2\xad"),
            "a\\u00a0b\\u00ad");
  EXPECT_EQ(Shown("\xf3\xa0\x81\x81"), "\\U000e0041");  // a tag
}

TEST(Shown, SpellsOutWhatIsNoUtf8) {
  EXPECT_EQ(Shown("a\xff"), "a\\xff");
  EXPECT_EQ(Shown("\xc3"), "\\xc3");
  EXPECT_EQ(Shown("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
  EXPECT_EQ(Shown("\xe2\x80"), "\\xe2\\x80");
}

TEST(Shown, IsBoundedAndCutsNoCharacter) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "\xc3\xa4";
  const std::string shown = Shown(text, 101);
  EXPECT_TRUE(shown.ends_with("...")) << shown;
  EXPECT_LE(shown.size(), 101U + 10U + 3U);
  EXPECT_EQ(FirstUnprintable(shown), std::nullopt);
  EXPECT_LE(Shown(std::string(1'000'000, '\x1b'), 100).size(), 113U);
  EXPECT_EQ(Shown("ten bytes!", 10), "ten bytes!");
}

TEST(ShownLines, KeepsLinesAndTabs) {
  EXPECT_EQ(ShownLines("a\tb\n\x1b[2J\r\nc"), "a\tb\n\\x1b[2J\\x0d\nc");
}

TEST(ShownJson, HasTheSameValues) {
  const std::string text =
      "a\xe2\x80\xae"
      "b\x7f\xc2\x9b\xf3\xa0\x81\x81 gr\xc3\xbcn";
  const std::string json = nlohmann::json{{"label", text}}.dump(1);
  const std::string shown = ShownJson(json);
  EXPECT_EQ(nlohmann::json::parse(shown).at("label"), text);
  EXPECT_EQ(ShownLines(shown), shown);
  EXPECT_NE(shown.find("gr\xc3\xbcn"), std::string::npos);
}

TEST(ShownJson, StaysJsonWhereTheTextWasNone) {
  const std::string shown = ShownJson("{\"label\": \"a\xff\"}");
  EXPECT_EQ(nlohmann::json::parse(shown).at("label"), "a\xef\xbf\xbd");
}

TEST(Utf8, GivesEachCharacter) {
  for (const auto& [sequence, character] : {std::pair<std::string, char32_t>{"a", U'a'},
                                            {"\xc3\xa4", 0xe4},
                                            {"\xe2\x82\xac", 0x20ac},
                                            {"\xf0\x9f\x99\x82", 0x1f642}}) {
    EXPECT_EQ(Utf8Length(sequence), sequence.size());
    EXPECT_EQ(Utf8Character(sequence), character);
    EXPECT_EQ(Utf8Length(sequence.substr(0, sequence.size() - 1)), 0U);
  }
}

}  // namespace
}  // namespace biglittle
