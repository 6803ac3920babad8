#include "cli/tuning/rule_family.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "cli/tuning/cascade_counts.h"
#include "tests/unit/cli/tuning/synthetic_table.h"

namespace biglittle {
namespace {

constexpr double kKnobs[] = {1e-6, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.9, 0.9999};

RuleFamily Family(const Task& task, const CascadeTable& table, const FamilyChoice& choice = {}) {
  return RuleFamily::Fit(task, CascadePredictions::Of(task, table), table.truth,
                         AllRows(table.size()), choice);
}

TEST(RuleFamily, ThresholdsFallAsTheKnobRises) {
  const Task task = SyntheticTask();
  const CascadeTable table = SyntheticTable(task, 1000, 1);
  for (const Score score :
       {Score::kConfidence, Score::kMargin, Score::kEntropy, Score::kLogistic}) {
    const RuleFamily family = Family(task, table, {.score = score});
    for (const std::size_t c : {0U, 1U}) {
      float before = 1.0F;
      for (const double knob : kKnobs) {
        const EscalationRule rule = family.At(knob);
        EXPECT_EQ(rule.score, score);
        const float threshold = rule.heads.front().thresholds[c].value();
        EXPECT_LE(threshold, before) << knob;
        EXPECT_GT(threshold, 0.0F);
        before = threshold;
      }
      EXPECT_LT(before, 0.5F);
    }
  }
}

TEST(RuleFamily, OnlyClassesThatTheLittleNetNamesAreAnswered) {
  const Task task = SyntheticTask();
  const RuleFamily family = Family(task, SyntheticTable(task, 500, 1));
  const auto thresholds = family.At(0.9).heads.front().thresholds;
  ASSERT_EQ(thresholds.size(), 4U);
  EXPECT_TRUE(thresholds[0] && thresholds[1]);
  EXPECT_FALSE(thresholds[2] || thresholds[3]);
  EXPECT_EQ(family.MistakeOf(0, {.class_index = kOtherClass, .confidence = 1.0F}), 1.0);
  EXPECT_EQ(family.MistakeOf(0, {.class_index = 3, .confidence = 1.0F}), 1.0);
}

TEST(RuleFamily, TheOrderOfTheReadingsDoesNotMatter) {
  const Task task = SyntheticTask();
  const CascadeTable table = SyntheticTable(task, 500, 1);
  Rows turned = AllRows(table.size());
  std::ranges::reverse(turned);
  const CascadePredictions predictions = CascadePredictions::Of(task, table);
  const RuleFamily one = Family(task, table);
  const RuleFamily other = RuleFamily::Fit(task, predictions, table.truth, turned, {});
  for (const double knob : kKnobs) {
    const auto thresholds = one.At(knob).heads.front().thresholds;
    const auto others = other.At(knob).heads.front().thresholds;
    for (const std::size_t c : {0U, 1U}) EXPECT_NEAR(*thresholds[c], *others[c], 1e-5) << knob;
  }
}

TEST(RuleFamily, AReadingIsAnsweredWhereItsCurveIsAtMostTheKnob) {
  const Task task = SyntheticTask();
  const CascadeTable table = SyntheticTable(task, 2000, 2);
  const RuleFamily family = Family(task, table);
  const auto predictions = Predictions(table.heads.front(), task.little, 1.0F);
  for (const double knob : {0.01, 0.1, 0.3}) {
    const EscalationRule rule = family.At(knob);
    for (const Prediction& prediction : predictions) {
      const double mistake = family.MistakeOf(0, prediction);
      if (std::abs(mistake - knob) < 1e-4) continue;  // thresholds have six digits
      EXPECT_EQ(Decide(rule, 0, prediction) == Decision::kAnswerLocally, mistake < knob) << mistake;
    }
  }
}

// The little net is right about a, and says b without knowing.
CascadeTable OneBadClass(const Task& task) {
  Random random(6);
  CascadeTable table;
  table.heads.resize(1);
  for (int i = 0; i < 2000; ++i) {
    const bool says_a = i % 2 == 0;
    const bool wrong = random.Uniform() < (says_a ? 0.02 : 0.3);
    table.truth.push_back(wrong ? 2 : says_a ? 0 : 1);
    const auto ahead = static_cast<float>(random.Uniform(0.5, 5.0));
    Append({says_a ? ahead : 0.0F, says_a ? 0.0F : ahead, -1.0F}, table.heads.front());
    AppendNoisy(task.big, table.truth.back(), 6.0, random, table.big);
  }
  return table;
}

TEST(RuleFamily, AClassWithMoreMistakesNeedsAHigherScore) {
  const Task task = SyntheticTask();
  const CascadeTable table = OneBadClass(task);
  const auto own = Family(task, table).At(0.1).heads.front().thresholds;
  EXPECT_GT(own[1].value(), own[0].value() + 0.05F);
  const auto shared = Family(task, table, {.per_class = false}).At(0.1).heads.front().thresholds;
  EXPECT_EQ(shared[0], shared[1]);
}

TEST(RuleFamily, WhereNobodyIsRightAskingDoesNotHelp) {
  const Task task = SyntheticTask();
  CascadeTable table = OneBadClass(task);
  // The big net is never right: a wrong answer here costs nothing.
  for (std::size_t row = 0; row < table.size(); ++row) {
    for (std::size_t o = 0; o < 4; ++o) {
      table.big.values[row * 4 + o] = static_cast<int>(o) == 3 ? 1.0F : 0.0F;
    }
  }
  const Prediction says_b = Predictions(table.heads.front(), task.little, 1.0F)[1];
  EXPECT_LT(Family(task, table).MistakeOf(0, says_b), 0.02);
  EXPECT_GT(Family(task, table, {.mistake = Mistake::kWrong}).MistakeOf(0, says_b), 0.1);
}

TEST(RuleFamily, AnEarlyExitIsNeverLooserThanItsMostMistake) {
  const Task task = SyntheticExitTask();
  const CascadeTable table = SyntheticTable(task, 2000, 3, {.heads = {1.5, 3.0}});
  const RuleFamily family = Family(task, table);
  const EscalationRule most = family.At(kMostExitMistake);
  const EscalationRule loose = family.At(0.5);
  EXPECT_EQ(loose.heads.front().thresholds, most.heads.front().thresholds);
  EXPECT_LT(loose.heads.back().thresholds[0].value(), most.heads.back().thresholds[0].value());
  const EscalationRule strict = family.At(kMostExitMistake / 100);
  EXPECT_GT(strict.heads.front().thresholds[0].value(), most.heads.front().thresholds[0].value());
}

TEST(RuleFamily, WithoutAnyMistakeAScoreIsTakenAtItsWord) {
  const Task task = SyntheticTask();
  const CascadeTable table = SyntheticTable(task, 200, 4, {.heads = {30.0}, .big = 30.0});
  const RuleFamily family = Family(task, table);
  float before = 1.0F;
  for (const double knob : kKnobs) {
    const float threshold = family.At(knob).heads.front().thresholds[0].value();
    EXPECT_TRUE(std::isfinite(threshold));
    EXPECT_LE(threshold, before);
    before = threshold;
  }
  EXPECT_LT(family.At(0.5).heads.front().thresholds[0].value(), 0.999F);
}

TEST(RuleFamily, CallsTheWishedShareOfItsRowsUnlike) {
  const Task task = SyntheticTask();
  const CascadeTable table = SyntheticTable(task, 1000, 5);
  const auto predictions = Predictions(table.heads.front(), task.little, 1.0F);
  const auto unlike = [&](double share) {
    const HeadRule rule = Family(task, table, {.unlike_share = share}).At(0.1).heads.front();
    return std::ranges::count_if(predictions,
                                 [&](const Prediction& p) { return IsUnlike(rule, p); });
  };
  EXPECT_EQ(unlike(0.1), 100);
  EXPECT_EQ(unlike(0.0005), 0);
  EXPECT_FALSE(Family(task, table).At(0.1).heads.front().most_energy.has_value());
}

TEST(RuleFamily, WhereEveryReadingHasTheSameEnergyNobodyAsks) {
  const Task task = SyntheticTask();
  CascadeTable table = SyntheticTable(task, 200, 5);
  // Logarithms of probabilities: their energy is 0.
  NetLogits& logits = table.heads.front();
  for (std::size_t row = 0; row < table.size(); ++row) {
    const float energy = Energy(logits.row(row), Activation::kSoftmax);
    for (std::size_t o = 0; o < logits.outputs; ++o) {
      logits.values[row * logits.outputs + o] += energy;
    }
  }
  const RuleFamily family = Family(task, table, {.unlike_share = 0.1});
  EXPECT_FALSE(family.At(0.1).heads.front().most_energy.has_value());
}

TEST(RuleFamily, TheLogisticScoreBringsItsWeights) {
  const Task task = SyntheticTask();
  const RuleFamily family =
      Family(task, SyntheticTable(task, 1000, 1), {.score = Score::kLogistic});
  const HeadRule rule = family.At(0.1).heads.front();
  ASSERT_TRUE(rule.logistic.has_value());
  EXPECT_GT(rule.logistic->first, rule.logistic->second);
}

TEST(DecideLocally, IsTheFirstHeadThatAnswers) {
  EscalationRule rule;
  rule.heads = {HeadRule{{0.9F}, {}, {}}, HeadRule{{0.6F}, {}, {}}};
  const Prediction sure{.class_index = 0, .confidence = 0.95F};
  const Prediction fair{.class_index = 0, .confidence = 0.7F};
  const Prediction poor{.class_index = 0, .confidence = 0.1F};
  const auto decide = [&](const Prediction& first, const Prediction& last) {
    const Prediction* heads[] = {&first, &last};
    return DecideLocally(rule, [&](std::size_t head) { return *heads[head]; });
  };
  EXPECT_TRUE(decide(sure, poor).answered);
  EXPECT_EQ(decide(sure, poor).head, 0U);
  EXPECT_TRUE(decide(fair, fair).answered);
  EXPECT_EQ(decide(fair, fair).head, 1U);
  EXPECT_FALSE(decide(fair, poor).answered);
  EXPECT_EQ(decide(fair, poor).head, 1U);
}

}  // namespace
}  // namespace biglittle
