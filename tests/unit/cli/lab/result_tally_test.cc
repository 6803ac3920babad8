#include "cli/lab/result_tally.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using wire::DecidedBy;
using wire::Result;
using wire::Stage;

TEST(ResultTallyTest, CountsEachReadingOnce) {
  const Task task = LoadTinyTask();
  ResultTally tally(task);
  tally.Add({.device = "a", .run = "1", .sequence = 0});
  tally.Add({.device = "a", .run = "1", .sequence = 0});
  tally.Add({.device = "a", .run = "1", .sequence = 0, .class_index = 3});
  tally.Add({.device = "b", .run = "1", .sequence = 0});
  tally.Add({.device = "a", .run = "2", .sequence = 0});
  tally.Add({.device = "a", .run = "1", .sequence = 1, .stage = Stage::kProvisional});
  EXPECT_EQ(tally.finals(), 3U);
  EXPECT_EQ(tally.repeats(), 1U);
  EXPECT_EQ(tally.duplicates(), 1U);  // the one that says something else
}

TEST(ResultTallyTest, SharesAreThoseOfTheDefinition) {
  const Task task = LoadTinyTask();  // prioritised: 0 and 2
  ResultTally tally(task);
  const auto add = [&](std::uint64_t sequence, DecidedBy by, int says, int truth, double ms) {
    tally.Add({.device = "a",
               .run = "1",
               .sequence = sequence,
               .decided_by = by,
               .reason = by == DecidedBy::kFallback ? "deadline" : "",
               .class_index = says,
               .total_ms = ms,
               .deadline_ms = 10,
               .truth = truth});
  };
  add(0, DecidedBy::kLittle, 0, 0, 1);
  add(1, DecidedBy::kLittle, 2, 0, 2);
  add(2, DecidedBy::kBig, 1, 1, 7);
  add(3, DecidedBy::kFallback, -1, 3, 11);
  EXPECT_EQ(tally.little(), 2U);
  EXPECT_EQ(tally.big(), 1U);
  EXPECT_EQ(tally.fallback(), 1U);
  EXPECT_EQ(tally.fallback_reasons().at("deadline"), 1U);
  EXPECT_DOUBLE_EQ(tally.accuracy(), 0.5);
  EXPECT_DOUBLE_EQ(tally.priority_recall(), 0.5);
  EXPECT_DOUBLE_EQ(tally.escalation_rate(), 0.5);
  EXPECT_DOUBLE_EQ(tally.deadline_met(), 0.75);
  EXPECT_DOUBLE_EQ(tally.little_latency().p50, 1.0);
  EXPECT_DOUBLE_EQ(tally.big_latency().p99, 7.0);
}

TEST(ResultTallyTest, WithoutResultsEverythingIsZero) {
  const Task task = LoadTinyTask();
  const ResultTally tally(task);
  EXPECT_EQ(tally.finals(), 0U);
  EXPECT_EQ(tally.accuracy(), 0.0);
  EXPECT_EQ(tally.deadline_met(), 0.0);
  EXPECT_EQ(tally.little_latency().p99, 0.0);
}

TEST(PercentilesTest, AreNearestRanks) {
  std::vector<double> values(200);
  std::iota(values.rbegin(), values.rend(), 1.0);
  EXPECT_EQ(PercentilesOf(values).p50, 100.0);
  EXPECT_EQ(PercentilesOf(values).p99, 198.0);
  EXPECT_EQ(PercentilesOf({3.0}).p99, 3.0);
}

}  // namespace
}  // namespace biglittle
