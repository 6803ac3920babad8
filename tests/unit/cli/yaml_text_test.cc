#include "cli/yaml_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/yaml/yaml_reader.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

TEST(YamlText, IsAsThePlanOrdersIt) {
  EXPECT_EQ(ToYaml({{"version", 1},
                    {"share", 0.1},
                    {"on", true},
                    {"nothing", nullptr},
                    {"tasks", {"tiny"}},
                    {"devices", Json::array({{{"id", "d-{n}"}, {"count", 2}}, {{"id", "e"}}})},
                    {"none", Json::array()}}),
            "version: 1\nshare: 0.1\non: true\nnothing: ~\ntasks: [\"tiny\"]\ndevices:\n  - id: "
            "\"d-{n}\"\n"
            "    count: 2\n  - id: \"e\"\nnone: []\n");
}

TEST(YamlText, IsReadAsItWasMeant) {
  for (const std::string text : {"1",
                                 "true",
                                 "null",
                                 "a: b",
                                 "# c",
                                 "da\"ta\\",
                                 "two\nlines",
                                 "ü",
                                 "",
                                 " ",
                                 "{n}",
                                 "- x",
                                 "*a",
                                 "\t",
                                 "two\nlines\n",
                                 "\n",
                                 "a\n\n  b: # \"\\\n",
                                 " a\nb\n",
                                 "a\n\n",
                                 "a \n",
                                 "ü\n"}) {
    const auto document = ParseYaml(ToYaml({{"key", text}}), "file");
    ASSERT_TRUE(document.ok()) << text;
    EXPECT_EQ(document.value->root->entries.at(0).value->text, text);
    EXPECT_TRUE(document.value->root->entries.at(0).value->quoted);
  }
}

TEST(YamlText, PlainLinesStandAsTheyAre) {
  EXPECT_EQ(ToYaml({{"a", {{"b", "one\n  two\n"}, {"c", 1}}}}),
            "a:\n  b: |\n    one\n      two\n  c: 1\n");
}

}  // namespace
}  // namespace biglittle
