#include "cli/tuning/promise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/yaml/yaml_reader.h"
#include "tests/unit/cli/tuning/synthetic_table.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::Not;

Promise Of(const std::string& arguments, double accuracy = 0.9) {
  const std::string text =
      "tuned:\n  arguments: \"" + arguments +
      "\"\n  expected: {readings: 1000, accuracy: " + std::to_string(accuracy) + "}\n";
  return PromiseOf(*ParseYaml(text, "task.yaml").value->root).value();
}

CascadeCounts Counts(std::uint64_t readings, std::uint64_t escalated, std::uint64_t local_wrong,
                     std::uint64_t correct) {
  CascadeCounts counts;
  counts.readings = readings;
  counts.escalated = escalated;
  counts.local_wrong = local_wrong;
  counts.correct = correct;
  counts.priority = {100, 100};
  counts.priority_correct = {99, 100};
  return counts;
}

class PromiseTest : public testing::Test {
 protected:
  PromiseVerdict VerdictOf(const std::string& arguments, const CascadeCounts& counts,
                           std::size_t place = 0) const {
    return HoldAgainst(Of(arguments, 0.0), task_, counts, {}).at(place).verdict;
  }
  const Task task_ = SyntheticTask();
};

TEST_F(PromiseTest, IsReadOfWhatTuneWrote) {
  const Promise promise =
      Of("--max-risk 0.02 --confidence 0.9 --min-recall 0.99 --for-these-groups --score margin");
  EXPECT_EQ(promise.objective.kind, ObjectiveKind::kMaxRisk);
  EXPECT_EQ(promise.objective.value, 0.02);
  EXPECT_EQ(promise.objective.confidence, 0.9);
  EXPECT_EQ(promise.objective.min_recall, 0.99);
  EXPECT_EQ(promise.chosen_on, 1000U);
  EXPECT_EQ(promise.expected_accuracy, 0.9);
  EXPECT_FALSE(PromiseOf(*ParseYaml("a: 1\n", "f").value->root).has_value());
  EXPECT_FALSE(PromiseOf(*ParseYaml("tuned: {arguments: x}\n", "f").value->root).has_value());
  EXPECT_FALSE(PromiseOf(*ParseYaml("tuned: {arguments: [1]}\n", "f").value->root).has_value());
}

// At 2 %, of 200: 4 are within, 5 and 8 are more but not too improbable or are, at 5 %.
TEST_F(PromiseTest, ARiskIsContradictedByWhatTheExactTestFindsTooMuch) {
  EXPECT_EQ(VerdictOf("--max-risk 0.02", Counts(300, 100, 4, 290)), PromiseVerdict::kHolds);
  EXPECT_EQ(VerdictOf("--max-risk 0.02", Counts(300, 100, 7, 290)), PromiseVerdict::kWithinChance);
  EXPECT_EQ(VerdictOf("--max-risk 0.02", Counts(300, 100, 9, 290)), PromiseVerdict::kBroken);
  EXPECT_EQ(VerdictOf("--max-risk 0.02", Counts(300, 300, 0, 290)), PromiseVerdict::kHolds);
}

TEST_F(PromiseTest, OtherObjectivesAreMissedByChanceHalfOfTheTime) {
  EXPECT_EQ(VerdictOf("--max-escalation 0.3", Counts(1000, 300, 0, 900)), PromiseVerdict::kHolds);
  EXPECT_EQ(VerdictOf("--max-escalation 0.3", Counts(1000, 330, 0, 900)),
            PromiseVerdict::kWithinChance);
  EXPECT_EQ(VerdictOf("--max-escalation 0.3", Counts(1000, 400, 0, 900)), PromiseVerdict::kBroken);
  EXPECT_EQ(VerdictOf("--min-accuracy 0.9", Counts(1000, 0, 0, 890)),
            PromiseVerdict::kWithinChance);
  EXPECT_EQ(VerdictOf("--min-accuracy 0.9", Counts(1000, 0, 0, 800)), PromiseVerdict::kBroken);
}

TEST_F(PromiseTest, TheLossIsThatOfReadingsOnWhichTheTwoDiffer) {
  CascadeCounts counts = Counts(1000, 0, 0, 900);
  counts.big_correct = 905;
  counts.lost = 15;
  counts.gained = 10;
  EXPECT_EQ(VerdictOf("--max-loss 0.005", counts), PromiseVerdict::kHolds);
  counts.big_correct = 910;
  counts.lost = 20;
  EXPECT_EQ(VerdictOf("--max-loss 0.005", counts), PromiseVerdict::kWithinChance);
  counts.big_correct = 960;
  counts.lost = 70;
  EXPECT_EQ(VerdictOf("--max-loss 0.005", counts), PromiseVerdict::kBroken);
}

TEST_F(PromiseTest, EachPrioritisedClassHasItsRecall) {
  CascadeCounts counts = Counts(1000, 0, 0, 900);
  EXPECT_EQ(VerdictOf("--max-loss 0.5 --min-recall 0.99", counts, 1), PromiseVerdict::kHolds);
  counts.priority_correct[1] = 90;
  EXPECT_EQ(VerdictOf("--max-loss 0.5 --min-recall 0.99", counts, 2), PromiseVerdict::kBroken);
  counts.priority = {100, 0};  // none was there, so that nothing is said of it
  EXPECT_EQ(HoldAgainst(Of("--max-loss 0.5 --min-recall 0.99"), task_, counts, {}).size(), 3U);
}

// Sensors drift: little and big net are wrong alike, and the loss between them says nothing.
TEST_F(PromiseTest, AFallFromWhatTuningExpectedIsSaid) {
  CascadeCounts counts = Counts(500, 0, 0, 440);
  counts.big_correct = 440;
  const Promise promise = Of("--max-loss 0.005", 0.95);
  EXPECT_FALSE(Holds(HoldAgainst(promise, task_, counts, {})));
  counts.correct = counts.big_correct = 468;
  EXPECT_TRUE(Holds(HoldAgainst(promise, task_, counts, {})));
}

// All of sixty were right where it was chosen: two wrong ones of sixty others contradict nothing.
TEST_F(PromiseTest, AnExpectationWithoutErrorsIsOfSoManyReadingsOnly) {
  Promise promise = Of("--max-loss 0.5", 1.0);
  promise.chosen_on = 60;
  EXPECT_TRUE(Holds(HoldAgainst(promise, task_, Counts(60, 0, 0, 58), {})));
  EXPECT_FALSE(Holds(HoldAgainst(promise, task_, Counts(60, 0, 0, 48), {})));
}

TEST_F(PromiseTest, AGroupInWhichItDoesNotHoldIsNamed) {
  const CascadeCounts good = Counts(500, 100, 2, 490);
  const CascadeCounts bad = Counts(100, 20, 15, 80);
  const CascadeCounts few = Counts(10, 0, 9, 1);
  const auto findings =
      HoldAgainst(Of("--max-risk 0.02"), task_, good, {{3, good}, {-4, bad}, {5, few}});
  EXPECT_FALSE(Holds(findings));
  const std::string text = ToText(findings, "the test part");
  EXPECT_THAT(text, HasSubstr("group -4: wrong among the locally answered"));
  EXPECT_THAT(text, HasSubstr("found  18.75 % of 80: DOES NOT HOLD"));
  EXPECT_THAT(text, Not(HasSubstr("group 5")));
  EXPECT_THAT(text, HasSubstr("THE PROMISE OF TASK.YAML DOES NOT HOLD on the test part"));
  EXPECT_THAT(ToText(HoldAgainst(Of("--max-risk 0.02"), task_, good, {}), "it"),
              Not(HasSubstr("DOES NOT")));
}

// A budget and what tuning expects are averages over all: persons differ.
TEST_F(PromiseTest, GroupsAreNotHeldToAverages) {
  const CascadeCounts all = Counts(500, 100, 2, 450);
  const CascadeCounts odd = Counts(100, 60, 2, 70);
  EXPECT_EQ(HoldAgainst(Of("--max-escalation 0.3"), task_, all, {{1, all}, {2, odd}}).size(), 2U);
  EXPECT_FALSE(Holds(HoldAgainst(Of("--min-accuracy 0.9"), task_, all, {{1, all}, {2, odd}})));
}

}  // namespace
}  // namespace biglittle
