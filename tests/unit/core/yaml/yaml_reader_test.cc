#include "core/yaml/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

std::string ProblemsOf(const std::string& text) {
  const Parsed<YamlDocument> parsed = ParseYaml(text, "f.yaml");
  EXPECT_EQ(parsed.ok(), parsed.problems.empty());
  return ToString(parsed.problems);
}

TEST(YamlReader, KeepsEveryPlace) {
  const auto parsed = ParseYaml("# comment\na: 1\nb:\n  - x\n  - {c: 'y'}\n  -\n", "f.yaml");
  ASSERT_TRUE(parsed.ok());
  const YamlNode& root = *parsed.value->root;
  ASSERT_EQ(root.kind, YamlNode::Kind::kMap);
  EXPECT_EQ(root.line, 2);
  EXPECT_EQ(root.column, 1);
  ASSERT_EQ(root.entries.size(), 2U);
  EXPECT_EQ(root.entries[0].value->text, "1");
  EXPECT_EQ(root.entries[0].value->column, 4);
  const YamlNode& list = *root.entries[1].value;
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[0]->line, 4);
  EXPECT_EQ(list.items[0]->column, 5);
  EXPECT_FALSE(list.items[0]->quoted);
  const YamlNode& inner = *list.items[1];
  ASSERT_EQ(inner.entries.size(), 1U);
  EXPECT_EQ(inner.entries[0].key->column, 6);
  EXPECT_TRUE(inner.entries[0].value->quoted);
  EXPECT_EQ(list.items[2]->kind, YamlNode::Kind::kNothing);
}

TEST(YamlReader, KeepsRepeatedKeys) {
  const auto parsed = ParseYaml("a: 1\na: 2\n", "f.yaml");
  ASSERT_TRUE(parsed.ok());
  ASSERT_EQ(parsed.value->root->entries.size(), 2U);
  EXPECT_EQ(parsed.value->root->entries[1].value->text, "2");
}

TEST(YamlReader, AnEmptyTextIsNothing) {
  for (const char* text : {"", "# only a comment\n", "---\n"}) {
    const auto parsed = ParseYaml(text, "f.yaml");
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(parsed.value->root->kind, YamlNode::Kind::kNothing) << text;
  }
}

TEST(YamlReader, AValueThatIsLeftOutHasItsKeysPlace) {
  const auto parsed = ParseYaml("a:\n\nb: 1\n", "f.yaml");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value->root->entries[0].value->kind, YamlNode::Kind::kNothing);
  EXPECT_EQ(parsed.value->root->entries[0].value->line, 1);
  EXPECT_EQ(parsed.value->root->entries[0].value->column, 1);
}

TEST(YamlReader, AnAliasIsItsAnchorsNode) {
  const auto parsed = ParseYaml("a: &x {b: 1}\nc: *x\n", "f.yaml");
  ASSERT_TRUE(parsed.ok());
  const YamlNode& root = *parsed.value->root;
  EXPECT_EQ(root.entries[0].value, root.entries[1].value);
}

TEST(YamlReader, NamesThePlaceOfASyntaxError) {
  EXPECT_EQ(ProblemsOf("a: 1\nb: [1, 2\nc: 3\n"),
            "f.yaml:3:2: not valid YAML: end of sequence flow not found");
  // Debian 13's yaml-cpp adds its name.
  EXPECT_THAT(ProblemsOf("a: *x\n"),
              testing::StartsWith("f.yaml:1:4: not valid YAML: the referenced anchor is not "
                                  "defined"));
}

TEST(YamlReader, CallsATabATab) {
  const std::string tab = ": not valid YAML: a tab as indentation; YAML takes spaces only";
  EXPECT_EQ(ProblemsOf("a: 1\n\tb: 2\n"), "f.yaml:2:1" + tab);
  EXPECT_EQ(ProblemsOf("a:\n\tb: 2\n"), "f.yaml:2:1" + tab);
  EXPECT_EQ(ProblemsOf("a:\n  \tb: 2\n"), "f.yaml:2:3" + tab);
  EXPECT_EQ(ProblemsOf("a:\n  - b: 1\n  -\tb: 2\n"), "f.yaml:3:4" + tab);
  EXPECT_EQ(ProblemsOf("a:\n\t- b\n"), "f.yaml:2:1" + tab);
  // Where YAML takes tabs, they are nobody's concern.
  EXPECT_EQ(ProblemsOf("a:\tb\nc: {\n\td: 1}\n"), "");
  EXPECT_EQ(ProblemsOf("a: |\n  \tb\nc: [1\n"),
            "f.yaml:4:1: not valid YAML: end of sequence flow not found");
}

TEST(YamlReader, ShowsTheInvisibleCharacterThatMadeItNoYaml) {
  EXPECT_EQ(ProblemsOf("a: 1\nb:\xc2\xa0"
                       "2\nc: 3\n"),
            "f.yaml:2:3: not valid YAML: the invisible character '\\u00a0'; write a space or "
            "nothing");
  EXPECT_EQ(ProblemsOf("a: 1\n\xe2\x80\x8b: [2\n"),
            "f.yaml:2:1: not valid YAML: the invisible character '\\u200b'; write a space or "
            "nothing");
}

TEST(YamlReader, RefusesTagsOfOtherPrograms) {
  const auto nothing = [](const std::string& place, const std::string& tag) {
    return "f.yaml:" + place + ": the tag '" + tag + "' means nothing here; write the value";
  };
  EXPECT_EQ(ProblemsOf("a: !secret x\n"), nothing("1:4", "!secret"));
  EXPECT_EQ(ProblemsOf("a: {b: !env_var HOST, c: !include x.yaml}\n"),
            nothing("1:8", "!env_var") + "\n" + nothing("1:26", "!include"));
  EXPECT_EQ(ProblemsOf("a: !secret\n"), nothing("1:4", "!secret"));
  EXPECT_EQ(ProblemsOf("a: !include [x]\nb: !lambda {c: 1}\n"),
            nothing("1:4", "!include") + "\n" + nothing("2:4", "!lambda"));
  EXPECT_EQ(ProblemsOf("!key a: 1\n"), nothing("1:1", "!key"));
  EXPECT_EQ(ProblemsOf("a: &x !secret y\n"), nothing("1:4", "!secret"));
  EXPECT_EQ(ProblemsOf("a: !!binary aGk=\n"), nothing("1:4", "!!binary"));
  EXPECT_EQ(ProblemsOf("a: !<tag:example.org,2000:x> y\n"),
            nothing("1:4", "!<tag:example.org,2000:x>"));
  EXPECT_EQ(ProblemsOf("%TAG ! tag:example.org,2000:\n---\na: !x y\n"),
            nothing("3:4", "!<tag:example.org,2000:x>"));
}

TEST(YamlReader, TakesYamlsOwnTagsWhereTheyFit) {
  const auto parsed = ParseYaml(
      "a: !!str 5\nb: !!int '5'\nc: !!float 0.5\nd: !!bool true\ne: !!null\nf: !!seq [1]\n"
      "g: !!map {x: 1}\nh: ! 5\ni: !<tag:yaml.org,2002:str> 5\n",
      "f.yaml");
  ASSERT_TRUE(parsed.ok()) << ToString(parsed.problems);
  const auto value = [&](std::size_t i) { return parsed.value->root->entries[i].value; };
  EXPECT_TRUE(value(0)->quoted);
  EXPECT_FALSE(value(1)->quoted);
  EXPECT_EQ(value(1)->text, "5");
  EXPECT_EQ(value(2)->text, "0.5");
  EXPECT_EQ(value(3)->text, "true");
  EXPECT_EQ(value(4)->kind, YamlNode::Kind::kNothing);
  EXPECT_EQ(value(5)->items.size(), 1U);
  EXPECT_EQ(value(6)->entries.size(), 1U);
  EXPECT_TRUE(value(7)->quoted);
  EXPECT_TRUE(value(8)->quoted);
}

TEST(YamlReader, RefusesYamlsOwnTagsWhereTheyDoNotFit) {
  for (const std::string value :
       {"!!int x", "!!int 1.5", "!!int ''", "!!float x", "!!bool 1", "!!null x", "!!str [1]",
        "!!seq 1", "!!map [1]", "!!seq {a: 1}"}) {
    EXPECT_EQ(ProblemsOf("a: " + value + "\n"),
              "f.yaml:1:4: the tag '" + value.substr(0, value.find(' ')) +
                  "' does not fit what follows it; leave the tag out");
  }
}

TEST(YamlReader, RefusesASecondDocument) {
  EXPECT_EQ(ProblemsOf("a: 1\n---\nb: 2\n"),
            "f.yaml:2:1: a second document begins here; a file is one document");
}

TEST(YamlReader, RefusesWhatIsNotText) {
  const std::string message = ": a control character, or not UTF-8; save the file as UTF-8 text";
  EXPECT_EQ(ProblemsOf("a: 1\nb: \x1b\n"), "f.yaml:2:4" + message);
  EXPECT_EQ(ProblemsOf("\xff\xfe"), "f.yaml:1:1" + message);
  // yaml-cpp takes this character for the end of the file.
  EXPECT_EQ(ProblemsOf("a: 1\n\x04\nb: 2\n"), "f.yaml:2:1" + message);
}

TEST(YamlReader, RefusesAnAliasInsideItsAnchor) {
  EXPECT_EQ(ProblemsOf("a: &x [1, *x]\n"), "f.yaml:1:11: an alias inside its own anchor");
}

TEST(YamlReader, BoundsNesting) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  EXPECT_EQ(ProblemsOf(nested(kMaxYamlDepth)), "");
  EXPECT_EQ(ProblemsOf(nested(kMaxYamlDepth + 1)), "f.yaml:1:65: nested more than 64 deep");
  EXPECT_NE(ProblemsOf(nested(400'000)), "");
}

TEST(YamlReader, BoundsWhatAliasesUnfoldTo) {
  // Ten levels of ten aliases each stand for 10^10 values in 400 bytes.
  std::string text = "l0: &l0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int level = 1; level < 10; ++level) {
    const std::string below = "*l" + std::to_string(level - 1);
    text += "l" + std::to_string(level) + ": &l" + std::to_string(level) + " [" + below;
    for (int i = 1; i < 10; ++i) text += ", " + below;
    text += "]\n";
  }
  const std::string problem = ProblemsOf(text);
  EXPECT_NE(problem.find("more than 1000000 values, aliases unfolded; in a fleet file one entry "
                         "with 'count'"),
            std::string::npos)
      << problem;
}

constexpr char kTooLarge[] =
    ": larger than 1048576 bytes, which is the limit; in a fleet file one entry with 'count' and "
    "an "
    "'id' like pump-{n} stands for all devices that are alike";

TEST(YamlReader, BoundsTheSize) {
  EXPECT_EQ(ProblemsOf(std::string(kMaxYamlBytes, ' ')), "");
  EXPECT_EQ(ProblemsOf(std::string(kMaxYamlBytes + 1, ' ')), std::string("f.yaml") + kTooLarge);
}

TEST(ReadTextFile, ReadsUpToTheLimit) {
  const TemporaryFolder folder;
  const auto text = ReadTextFile(folder.Write("a.yaml", "a: 1\n"));
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text.value, "a: 1\n");
  EXPECT_TRUE(ReadTextFile(folder.Write("b.yaml", std::string(kMaxYamlBytes, 'x'))).ok());
}

TEST(ReadTextFile, SaysWhyItCannot) {
  const TemporaryFolder folder;
  const auto problem = [&](const std::filesystem::path& path) {
    const auto text = ReadTextFile(path);
    EXPECT_FALSE(text.ok());
    return ToString(text.problems);
  };
  const std::string base = folder.path().string();
  EXPECT_EQ(problem(base + "/none.yaml"), base + "/none.yaml: no such file");
  EXPECT_EQ(problem(base), base + ": not a regular file");
  folder.Write("big.yaml", std::string(kMaxYamlBytes + 1, 'x'));
  EXPECT_EQ(problem(base + "/big.yaml"), base + "/big.yaml" + kTooLarge);
}

}  // namespace
}  // namespace biglittle
