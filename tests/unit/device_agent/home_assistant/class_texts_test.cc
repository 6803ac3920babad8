#include "device_agent/home_assistant/class_texts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace biglittle {
namespace {

using testing::ElementsAre;

Task With(std::vector<std::string> labels) {
  Task task;
  task.labels = std::move(labels);
  return task;
}

TEST(ClassTextsTest, AreTheLabelsAndOther) {
  const Task task = With({"healthy", "{{ 7 * 7 }}", "7"});
  EXPECT_THAT(ClassTexts(task), ElementsAre("healthy", "{{ 7 * 7 }}", "7", "other"));
  EXPECT_EQ(ClassTemplate(task), "{{ value_json.label }}");
}

// A template's text is stripped, "None" is no value, and two of its states are Home Assistant's.
TEST(ClassTextsTest, WhatCannotBeAStateGetsAnother) {
  const Task task =
      With({"None", "ok ", "ok", "Unknown", "unavailable", "\xe3\x80\x80wide", "None (class 0)"});
  EXPECT_THAT(ClassTexts(task),
              ElementsAre("None (class 0)+", "ok (class 1)", "ok", "Unknown (class 3)",
                          "unavailable (class 4)", "wide (class 5)", "None (class 0)", "other"));
  EXPECT_EQ(ClassTemplate(task),
            R"({{ {0: 'None \u0028class 0\u0029\u002b', 1: 'ok \u0028class 1\u0029', )"
            R"(3: 'Unknown \u0028class 3\u0029', 4: 'unavailable \u0028class 4\u0029', )"
            R"(5: 'wide \u0028class 5\u0029'}.get(value_json['class'], value_json.label) }})");
}

TEST(ClassTextsTest, ALiteralHasNothingThatEndsIt) {
  EXPECT_EQ(JinjaText("pump 1_a-B"), "'pump 1_a-B'");
  EXPECT_EQ(JinjaText("'}}{%\\\""), R"('\u0027\u007d\u007d\u007b\u0025\u005c\u0022')");
  EXPECT_EQ(JinjaText("\xc3\xa9\xf0\x9f\x94\xa7"), R"('\u00e9\U0001f527')");
  EXPECT_EQ(JinjaText("\xff"), R"('\ufffd')");
}

TEST(ClassTextsTest, NamesAreCutBetweenCharacters) {
  EXPECT_EQ(NameText(std::string(100, 'a')), std::string(100, 'a'));
  EXPECT_EQ(NameText(std::string(101, 'a')), std::string(97, 'a') + "...");
  std::string wide;
  for (int i = 0; i < 60; ++i) wide += "\xc3\xa9";
  EXPECT_EQ(NameText(wide), wide.substr(0, 96) + "...");
}

}  // namespace
}  // namespace biglittle
