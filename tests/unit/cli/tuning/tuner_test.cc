#include "cli/tuning/tuner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/tuning/logistic_fit.h"
#include "tests/unit/cli/tuning/synthetic_table.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

// One kind of rule, so that a test does not wait for cross-validation.
TuneOptions Plain(Objective objective) {
  TuneOptions options;
  options.objective = objective;
  options.score = Score::kConfidence;
  options.per_class = false;
  options.unlike_share = 0.0;
  return options;
}

CascadeCounts CountsOf(const Task& tuned, const CascadeTable& table, const EscalationRule& rule) {
  return Count(tuned, CascadePredictions::Of(tuned, table), table.truth, rule,
               AllRows(table.size()));
}

CascadeCounts CountsOf(const Task& tuned, const CascadeTable& table) {
  return CountsOf(tuned, table, MakeRule(tuned, {}).value());
}

// The tuned rule with all thresholds moved on the logit scale; up is stricter.
CascadeCounts CountsMoved(const Task& tuned, const CascadeTable& table, double move) {
  EscalationRule rule = MakeRule(tuned, {}).value();
  for (HeadRule& head : rule.heads) {
    for (auto& threshold : head.thresholds) {
      if (threshold) threshold = static_cast<float>(Sigmoid(Logit(*threshold) + move));
    }
  }
  return CountsOf(tuned, table, rule);
}

class TunerTest : public testing::Test {
 protected:
  const Task task_ = SyntheticTask();
  // Half of the readings are of classes that the little net does not know.
  const CascadeTable table_ = SyntheticTable(task_, 2000, 1, {.heads = {2.5}, .big = 5.0});
};

TEST_F(TunerTest, ABudgetIsKeptAndUsed) {
  const auto result = Tune(task_, table_, Plain({ObjectiveKind::kMaxEscalation, 0.6}));
  ASSERT_TRUE(result.ok()) << result.status();
  const CascadeCounts counts = CountsOf(result->task, table_);
  EXPECT_LE(counts.escalation_rate(), 0.6);
  EXPECT_GT(counts.escalation_rate(), 0.58);
  EXPECT_EQ(counts.escalated, result->expected.escalated);
  EXPECT_EQ(counts.correct, result->expected.correct);
  EXPECT_FALSE(result->risk_bound.has_value());
}

TEST_F(TunerTest, ABudgetIsNotSpentWhereAskingDoesNotHelp) {
  const CascadeTable easy = SyntheticTable(task_, 2000, 2, {.heads = {30.0}, .big = 30.0});
  const auto result = Tune(task_, easy, Plain({ObjectiveKind::kMaxEscalation, 0.95}));
  ASSERT_TRUE(result.ok()) << result.status();
  // The little net says `other` to half of them, and is right about the rest.
  EXPECT_LT(result->expected.escalation_rate(), 0.6);
  EXPECT_EQ(result->expected.accuracy(), 1.0);
}

TEST_F(TunerTest, AccuracyIsReachedWithAsLittleEscalatedAsItTakes) {
  const auto result = Tune(task_, table_, Plain({ObjectiveKind::kMinAccuracy, 0.97}));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GE(CountsOf(result->task, table_).accuracy(), 0.97);
  EXPECT_LT(CountsMoved(result->task, table_, -0.5).accuracy(), 0.97);
}

TEST_F(TunerTest, TheLossAgainstTheBigNetIsHeldWithAsLittleEscalatedAsItTakes) {
  const auto result = Tune(task_, table_, Plain({ObjectiveKind::kMaxLoss, 0.01}));
  ASSERT_TRUE(result.ok()) << result.status();
  const CascadeCounts counts = CountsOf(result->task, table_);
  EXPECT_GE(counts.accuracy(), counts.big_accuracy() - 0.01);
  EXPECT_LT(CountsMoved(result->task, table_, -0.5).accuracy(), counts.big_accuracy() - 0.01);
}

TEST_F(TunerTest, RecallOfEveryPrioritisedClassIsHeldAsWell) {
  const Objective without{ObjectiveKind::kMaxLoss, 0.03};
  const auto free = Tune(task_, table_, Plain(without));
  ASSERT_TRUE(free.ok()) << free.status();
  Objective with = without;
  with.min_recall = (free->expected.least_recall() + 1.0) / 2;
  const auto held = Tune(task_, table_, Plain(with));
  ASSERT_TRUE(held.ok()) << held.status();
  EXPECT_LT(free->expected.least_recall(), *with.min_recall);
  EXPECT_GE(CountsOf(held->task, table_).least_recall(), *with.min_recall);
  EXPECT_GT(held->expected.escalation_rate(), free->expected.escalation_rate());
}

TEST_F(TunerTest, ARecallThatCannotBeToldIsRefusedWhicheverClassMisses) {
  Objective objective{ObjectiveKind::kMaxLoss, 0.03};
  objective.min_recall = 0.5;
  for (const int missing : {0, 1}) {
    CascadeTable table = table_;
    std::ranges::replace(table.truth, missing, 2);
    const auto result = Tune(task_, table, Plain(objective));
    EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(result.status().message()),
                HasSubstr("no validation reading is of the prioritised class " +
                          task_.labels[static_cast<std::size_t>(missing)]));
  }
  CascadeTable table = table_;
  std::ranges::replace(table.truth, 3, 2);  // which nobody prioritised
  EXPECT_TRUE(Tune(task_, table, Plain(objective)).ok());
}

TEST_F(TunerTest, SaysWhatIsTheNearestToAnObjectiveThatNoThresholdMeets) {
  const auto result = Tune(task_, table_, Plain({ObjectiveKind::kMaxEscalation, 0.2}));
  EXPECT_EQ(result.status().code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(result.status().message()),
              testing::AllOf(HasSubstr("no threshold meets 'at most 20 % escalated' on these 2000 "
                                       "readings: any escalates 4"),
                             HasSubstr("none is right in more than 100.00 %"),
                             HasSubstr("the big net is in 100.00 %"), HasSubstr("Ask for less")));
  Objective sharp{ObjectiveKind::kMaxEscalation, 0.5};
  sharp.min_recall = 0.999;
  EXPECT_EQ(Tune(task_, table_, Plain(sharp)).status().code(), absl::StatusCode::kAborted);
}

TEST_F(TunerTest, RefusesTooFewReadings) {
  const auto result = Tune(task_, SyntheticTable(task_, kLeastReadings - 1, 1), {});
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(std::string(result.status().message()),
            "49 validation readings are too few, 50 are the least");
  EXPECT_TRUE(
      Tune(task_, SyntheticTable(task_, kLeastReadings, 1), Plain({ObjectiveKind::kMaxLoss, 0.5}))
          .ok());
}

TEST_F(TunerTest, ComparesAllKindsOfRulesAndTakesThePlainestOfTheBest) {
  const CascadeTable table = SyntheticTable(task_, 600, 7, {.heads = {2.5}, .big = 5.0});
  TuneOptions options;
  options.objective = {ObjectiveKind::kMaxLoss, 0.02};
  const auto result = Tune(task_, table, options);
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->candidates.size(), 8U);
  double best = 0.0;
  for (const Candidate& candidate : result->candidates) best = std::max(best, candidate.accuracy);
  const auto first = std::ranges::find_if(
      result->candidates, [best](const Candidate& c) { return c.accuracy >= best - 0.0003; });
  EXPECT_EQ(result->choice.score, first->choice.score);
  EXPECT_EQ(result->choice.per_class, first->choice.per_class);
  EXPECT_EQ(result->task.score, result->choice.score);
  options.score = Score::kMargin;
  options.per_class = true;
  const auto named = Tune(task_, table, options);
  ASSERT_TRUE(named.ok()) << named.status();
  EXPECT_EQ(named->candidates.size(), 1U);
  EXPECT_EQ(named->task.score, Score::kMargin);
}

// Each fifth is held out once, and fitted without: the mean over 5 fifths of 10 readings and 6
// shares is a whole number of 300ths.
TEST_F(TunerTest, EachReadingIsHeldOutOnceWhereKindsOfRulesAreCompared) {
  TuneOptions options;
  options.objective = {ObjectiveKind::kMaxLoss, 0.5};
  for (std::uint64_t seed = 21; seed < 24; ++seed) {
    const auto result =
        Tune(task_, SyntheticTable(task_, 50, seed, {.heads = {2.5}, .big = 5.0}), options);
    ASSERT_TRUE(result.ok()) << result.status();
    for (const Candidate& candidate : result->candidates) {
      const double parts = 300 * candidate.accuracy;
      EXPECT_NEAR(parts, std::round(parts), 1e-6);
    }
  }
}

TEST_F(TunerTest, TheSameDataMakesTheSameChoice) {
  const CascadeTable table = SyntheticTable(task_, 300, 8, {.heads = {2.5}, .big = 5.0});
  const TuneOptions options{.objective = {ObjectiveKind::kMaxLoss, 0.05}};
  const auto first = Tune(task_, table, options);
  const auto second = Tune(task_, table, options);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->task, second->task);
}

TEST_F(TunerTest, TemperaturesAreFittedWhereTheNetsAreTooSure) {
  CascadeTable sure = table_;
  for (float& z : sure.heads.front().values) z *= 10.0F;
  const auto result = Tune(task_, sure, Plain({ObjectiveKind::kMaxLoss, 0.02}));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(result->task.little.temperatures.back(), 3.0F);
}

TEST_F(TunerTest, AnEarlyExitGetsItsOwnRule) {
  const Task task = SyntheticExitTask();
  const CascadeTable table = SyntheticTable(task, 2000, 3, {.heads = {3.5, 5.0}, .big = 7.0});
  const auto result = Tune(task, table, Plain({ObjectiveKind::kMaxLoss, 0.005}));
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_EQ(result->task.heads.size(), 2U);
  EXPECT_GT(result->expected.at_exit, 200U);
  EXPECT_GT(result->expected.local(), result->expected.at_exit);
  EXPECT_GE(result->expected.accuracy(), result->expected.big_accuracy() - 0.005);
}

TEST(Describe, SaysTheObjectiveInWords) {
  EXPECT_EQ(Describe({ObjectiveKind::kMaxEscalation, 0.12}), "at most 12 % escalated");
  EXPECT_EQ(Describe({ObjectiveKind::kMinAccuracy, 0.985}), "accuracy at least 98.5 %");
  EXPECT_EQ(Describe({ObjectiveKind::kMaxLoss, 0.002}),
            "at most 0.2 points less accurate than the big net");
  EXPECT_EQ(Describe({ObjectiveKind::kMaxRisk, 0.01, 0.99, 0.95}),
            "with 99 % confidence at most 1 % wrong among the locally answered; recall of every "
            "prioritised class at least 95 %");
}

}  // namespace
}  // namespace biglittle
