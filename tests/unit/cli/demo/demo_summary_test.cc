#include "cli/demo/demo_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

DemoSummary Example(std::uint64_t readings) {
  const Task task = LoadTinyTask();
  ResultTally tally(task);
  tally.Add({.device = "a",
             .run = "r",
             .sequence = 0,
             .class_index = 0,
             .total_ms = 1,
             .deadline_ms = 10,
             .truth = 0});
  tally.Add({.device = "a",
             .run = "r",
             .sequence = 1,
             .decided_by = wire::DecidedBy::kBig,
             .class_index = 1,
             .total_ms = 5,
             .deadline_ms = 10,
             .truth = 1});
  DemoSummary summary = Summarise("tiny", 1, readings, tally);
  summary.offline = {
      .readings = 2, .little_correct = 1, .big_correct = 2, .cascade_correct = 2, .escalated = 1};
  return summary;
}

TEST(DemoSummaryTest, JsonHasTheFieldsOfTheContract) {
  const auto json = nlohmann::json::parse(ToJson(Example(2)));
  EXPECT_EQ(json["task"], "tiny");
  EXPECT_EQ(json["devices"], 1);
  EXPECT_EQ(json["readings"], 2);
  EXPECT_EQ(json["results"], 2);
  EXPECT_EQ(json["lost"], 0);
  EXPECT_EQ(json["duplicates"], 0);
  EXPECT_EQ(json["decided_by"], nlohmann::json::parse(R"({"little":1,"big":1,"fallback":0})"));
  EXPECT_EQ(json["accuracy"]["overall"], 1.0);
  EXPECT_EQ(json["accuracy"]["little_alone"], 0.5);
  EXPECT_EQ(json["accuracy"]["big_alone"], 1.0);
  EXPECT_EQ(json["accuracy"]["priority_recall"], 1.0);
  EXPECT_EQ(json["escalation_rate"], 0.5);
  EXPECT_EQ(json["latency_ms"]["little"]["p50"], 1.0);
  EXPECT_EQ(json["latency_ms"]["big"]["p99"], 5.0);
  EXPECT_EQ(json["deadline_met"], 1.0);
}

TEST(DemoSummaryTest, ThePromiseIsBrokenByALossOnly) {
  EXPECT_TRUE(Kept(Example(2)));
  EXPECT_FALSE(Kept(Example(3)));
  EXPECT_EQ(Example(3).lost, 1U);
  EXPECT_THAT(ToText(Example(3)), testing::HasSubstr("3 taken, 2 final results, 1 lost"));
}

}  // namespace
}  // namespace biglittle
