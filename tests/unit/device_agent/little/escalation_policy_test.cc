#include "device_agent/little/escalation_policy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

EscalationRule Rule(const EscalationConfig& config = {}) {
  return MakeRule(LoadTinyTask(), config).value();
}

// A task whose little net has an early exit that is stricter than its last head.
Task TaskWithExit() {
  Task task = LoadTinyTask();
  task.little.outputs = {0, 1, 2, 3};
  task.heads = {HeadRule{{0.95F, std::nullopt, 0.95F, std::nullopt}, std::nullopt, std::nullopt},
                HeadRule{{0.6F, 0.6F, 0.6F, std::nullopt}, std::nullopt, std::nullopt}};
  return task;
}

Prediction Says(std::vector<float> probabilities, int class_index = 0) {
  Prediction prediction;
  prediction.class_index = class_index;
  prediction.confidence = probabilities.front();
  prediction.probabilities = std::move(probabilities);
  return prediction;
}

TEST(Decide, AnswersAClassFromItsOwnThresholdOn) {
  Task task = LoadTinyTask();
  task.heads.front().thresholds[2] = 0.5F;
  const EscalationRule rule = MakeRule(task, {}).value();
  EXPECT_EQ(Decide(rule, 0, {.class_index = 0, .confidence = 0.9F}), Decision::kAnswerLocally);
  EXPECT_EQ(Decide(rule, 0, {.class_index = 0, .confidence = 0.8999F}), Decision::kEscalate);
  EXPECT_EQ(Decide(rule, 0, {.class_index = 2, .confidence = 0.5F}), Decision::kAnswerLocally);
  EXPECT_EQ(Decide(rule, 0, {.class_index = 2, .confidence = 0.4999F}), Decision::kEscalate);
}

TEST(Decide, NeverAnswersAnythingElse) {
  EXPECT_EQ(Decide(Rule(), 0, {.class_index = kOtherClass, .confidence = 1.0F}),
            Decision::kEscalate);
  EXPECT_EQ(Decide(Rule(), 0, {.class_index = 1, .confidence = 1.0F}), Decision::kEscalate);
  EXPECT_EQ(Decide(Rule(), 0, {.class_index = 99, .confidence = 1.0F}), Decision::kEscalate);
}

TEST(Decide, WithoutThresholdsEverythingIsEscalated) {
  Task task = LoadTinyTask();
  task.heads = {HeadRule{std::vector<std::optional<float>>(4), std::nullopt, std::nullopt}};
  EXPECT_EQ(Decide(MakeRule(task, {}).value(), 0, {.class_index = 0, .confidence = 1.0F}),
            Decision::kEscalate);
}

TEST(Decide, FixedModesDoNotLook) {
  const Prediction sure{.class_index = 0, .confidence = 1.0F};
  const Prediction other{.class_index = kOtherClass, .confidence = 0.1F};
  EXPECT_EQ(Decide(Rule({.policy = EscalationPolicyKind::kBigOnly}), 0, sure), Decision::kEscalate);
  EXPECT_EQ(Decide(Rule({.policy = EscalationPolicyKind::kLittleOnly}), 0, other),
            Decision::kAnswerLocally);
}

TEST(Decide, AnEarlyExitThatIsNotSureAsksTheNextHead) {
  const EscalationRule rule = MakeRule(TaskWithExit(), {}).value();
  EXPECT_EQ(Decide(rule, 0, {.class_index = 0, .confidence = 0.95F}), Decision::kAnswerLocally);
  EXPECT_EQ(Decide(rule, 0, {.class_index = 0, .confidence = 0.94F}), Decision::kAskNextHead);
  EXPECT_EQ(Decide(rule, 0, {.class_index = 1, .confidence = 1.0F}), Decision::kAskNextHead);
  EXPECT_EQ(Decide(rule, 1, {.class_index = 1, .confidence = 0.6F}), Decision::kAnswerLocally);
  EXPECT_EQ(Decide(rule, 1, {.class_index = 1, .confidence = 0.59F}), Decision::kEscalate);
  EXPECT_EQ(Decide(rule, 1, {.class_index = 3, .confidence = 1.0F}), Decision::kEscalate);
}

TEST(Decide, FixedModesGoPastAnEarlyExit) {
  const Prediction sure{.class_index = 0, .confidence = 1.0F};
  const EscalationRule little =
      MakeRule(TaskWithExit(), {.policy = EscalationPolicyKind::kLittleOnly}).value();
  EXPECT_EQ(Decide(little, 0, sure), Decision::kAskNextHead);
  EXPECT_EQ(Decide(little, 1, sure), Decision::kAnswerLocally);
  // Not worth computing the second head.
  const EscalationRule big =
      MakeRule(TaskWithExit(), {.policy = EscalationPolicyKind::kBigOnly}).value();
  EXPECT_EQ(Decide(big, 0, sure), Decision::kEscalate);
}

TEST(Decide, WhatIsUnlikeTheTrainingDataIsEscalatedUnlessFlaggedOrIgnored) {
  Task task = TaskWithExit();
  for (HeadRule& head : task.heads) head.most_energy = -2.0F;
  Prediction sure{.class_index = 0, .confidence = 1.0F};
  for (const UnlikeAction action :
       {UnlikeAction::kEscalate, UnlikeAction::kFlag, UnlikeAction::kIgnore}) {
    const EscalationRule rule = MakeRule(task, {.unlike = action}).value();
    const bool trusted = action != UnlikeAction::kEscalate;
    sure.energy = -1.9F;
    EXPECT_EQ(Decide(rule, 0, sure), trusted ? Decision::kAnswerLocally : Decision::kAskNextHead);
    EXPECT_EQ(Decide(rule, 1, sure), trusted ? Decision::kAnswerLocally : Decision::kEscalate);
    sure.energy = -2.0F;  // as much as is allowed
    EXPECT_EQ(Decide(rule, 0, sure), Decision::kAnswerLocally);
    EXPECT_EQ(Decide(rule, 1, sure), Decision::kAnswerLocally);
  }
}

// A window of huge numbers overflows in the net, and the prediction is made of NaN.
TEST(Decide, APredictionThatIsNoNumberIsNeverAnswered) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Prediction overflown = Says({kNan, kNan, kNan});
  overflown.energy = kNan;
  for (const Score score : {Score::kConfidence, Score::kMargin, Score::kEntropy}) {
    Task task = TaskWithExit();
    task.score = score;
    const EscalationRule rule = MakeRule(task, {.unlike = UnlikeAction::kIgnore}).value();
    EXPECT_EQ(Decide(rule, 0, overflown), Decision::kAskNextHead);
    EXPECT_EQ(Decide(rule, 1, overflown), Decision::kEscalate);
  }
  EXPECT_TRUE(IsUnlike({.thresholds = {}, .logistic = {}, .most_energy = 0.5F}, overflown));
}

TEST(IsUnlike, OnlyAboveTheBoundAndOnlyWhereThereIsOne) {
  HeadRule rule;
  EXPECT_FALSE(IsUnlike(rule, {.energy = 1e30F}));
  rule.most_energy = 0.5F;
  EXPECT_FALSE(IsUnlike(rule, {.energy = 0.5F}));
  EXPECT_TRUE(IsUnlike(rule, {.energy = 0.50001F}));
}

TEST(ScoreOf, ConfidenceAndMarginByHand) {
  const Prediction prediction = Says({0.2F, 0.5F, 0.3F});
  EXPECT_FLOAT_EQ(ScoreOf(Score::kConfidence, prediction, {}), 0.2F);
  EXPECT_FLOAT_EQ(ScoreOf(Score::kMargin, prediction, {}), 0.2F);  // 0.5 - 0.3
  EXPECT_FLOAT_EQ(ScoreOf(Score::kMargin, Says({0.5F, 0.5F}), {}), 0.0F);
  EXPECT_FLOAT_EQ(ScoreOf(Score::kMargin, Says({0.75F}), {}), 0.75F);
}

TEST(ScoreOf, EntropyByHand) {
  // 1/2, 1/4, 1/4: entropy 1.5 ln 2 of at most ln 3.
  EXPECT_NEAR(ScoreOf(Score::kEntropy, Says({0.5F, 0.25F, 0.25F}), {}),
              1.0 - 1.5 * std::log(2.0) / std::log(3.0), 1e-6);
  EXPECT_FLOAT_EQ(ScoreOf(Score::kEntropy, Says({0.0F, 1.0F, 0.0F}), {}), 1.0F);
  EXPECT_NEAR(ScoreOf(Score::kEntropy, Says({0.25F, 0.25F, 0.25F, 0.25F}), {}), 0.0, 1e-6);
}

TEST(ScoreOf, SigmoidsAreScaledToADistributionForTheirEntropy) {
  // 0.9, 0.3, 0.0: as 3/4, 1/4, 0.
  const double entropy = -(0.75 * std::log(0.75) + 0.25 * std::log(0.25));
  EXPECT_NEAR(ScoreOf(Score::kEntropy, Says({0.9F, 0.3F, 0.0F}), {}), 1.0 - entropy / std::log(3.0),
              1e-6);
  EXPECT_EQ(ScoreOf(Score::kEntropy, Says({0.0F, 0.0F}), {}), 0.0F);
}

TEST(ScoreOf, LogisticByHand) {
  // -1 + 2 * 0.5 + 4 * 0.25 = 1.
  const LogisticRule rule{-1.0F, 2.0F, 4.0F};
  EXPECT_NEAR(ScoreOf(Score::kLogistic, Says({0.25F, 0.5F, 0.25F}), rule),
              1.0 / (1.0 + std::exp(-1.0)), 1e-6);
  // One output: its second probability counts 0.
  EXPECT_NEAR(ScoreOf(Score::kLogistic, Says({0.5F}), rule), 0.5, 1e-6);
  EXPECT_EQ(ScoreOf(Score::kLogistic, Says({0.5F}), {}), 0.0F);
}

TEST(Decide, EachScoreIsHeldAgainstTheThreshold) {
  Task task = LoadTinyTask();
  task.heads.front().logistic = LogisticRule{-1.0F, 2.0F, 4.0F};
  // Confidence 0.5, margin 0.25, entropy 0.054, logistic 0.731.
  const Prediction prediction = Says({0.5F, 0.25F, 0.25F});
  const struct {
    EscalationPolicyKind policy;
    float score;
  } kinds[] = {{EscalationPolicyKind::kConfidence, 0.5F},
               {EscalationPolicyKind::kMargin, 0.25F},
               {EscalationPolicyKind::kEntropy, 0.0536F},
               {EscalationPolicyKind::kLogistic, 0.731F}};
  for (const auto& [policy, score] : kinds) {
    const EscalationRule low =
        MakeRule(task, {.policy = policy, .threshold = score - 0.001F}).value();
    const EscalationRule high =
        MakeRule(task, {.policy = policy, .threshold = score + 0.001F}).value();
    EXPECT_EQ(Decide(low, 0, prediction), Decision::kAnswerLocally) << score;
    EXPECT_EQ(Decide(high, 0, prediction), Decision::kEscalate) << score;
  }
}

TEST(MakeRule, TheTunedPolicyIsTheTasks) {
  Task task = TaskWithExit();
  task.score = Score::kEntropy;
  const EscalationRule rule = MakeRule(task, {}).value();
  EXPECT_EQ(rule.mode, EscalationMode::kByScore);
  EXPECT_EQ(rule.score, Score::kEntropy);
  EXPECT_EQ(rule.unlike, UnlikeAction::kEscalate);
  EXPECT_EQ(rule.heads, task.heads);
}

TEST(MakeRule, AThresholdIsForEveryClassThatTheLittleNetKnowsAtEveryHead) {
  const EscalationRule tiny = Rule({.threshold = 0.5F});
  EXPECT_EQ(tiny.heads.front().thresholds,
            (std::vector<std::optional<float>>{0.5F, std::nullopt, 0.5F, std::nullopt}));
  const EscalationRule exit = MakeRule(TaskWithExit(), {.threshold = 0.25F}).value();
  for (const HeadRule& head : exit.heads) {
    EXPECT_EQ(head.thresholds, std::vector<std::optional<float>>(4, 0.25F));
  }
}

std::string Error(const Task& task, const EscalationConfig& config) {
  const auto rule = MakeRule(task, config);
  EXPECT_EQ(rule.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(rule.status().message());
}

TEST(MakeRule, AnotherScoreThanTheTunedOneNeedsAThreshold) {
  EXPECT_EQ(Error(LoadTinyTask(), {.policy = EscalationPolicyKind::kMargin}),
            "the thresholds of task tiny are for the score confidence, not margin: add a "
            "'threshold', or tune the task with 'biglittle tune --score margin'");
  EXPECT_TRUE(MakeRule(LoadTinyTask(), {.policy = EscalationPolicyKind::kConfidence}).ok());
  EXPECT_TRUE(
      MakeRule(LoadTinyTask(), {.policy = EscalationPolicyKind::kMargin, .threshold = 0.5F}).ok());
}

TEST(MakeRule, TheLogisticScoreNeedsWeightsAtEveryHead) {
  const std::string expected =
      "task tiny has no weights for the policy logistic: choose another policy, or tune it with "
      "'biglittle tune --score logistic'";
  const EscalationConfig config{.policy = EscalationPolicyKind::kLogistic, .threshold = 0.5F};
  EXPECT_EQ(Error(LoadTinyTask(), config), expected);
  Task task = TaskWithExit();
  task.heads.back().logistic = LogisticRule{};
  EXPECT_EQ(Error(task, config), expected);
  task.heads.front().logistic = LogisticRule{};
  EXPECT_TRUE(MakeRule(task, config).ok());
}

TEST(MakeRule, FixedModesNeedNoThresholds) {
  Task task = LoadTinyTask();
  for (auto& threshold : task.heads.front().thresholds) threshold.reset();
  EXPECT_TRUE(MakeRule(task, {.policy = EscalationPolicyKind::kLittleOnly}).ok());
  EXPECT_TRUE(MakeRule(task, {.policy = EscalationPolicyKind::kBigOnly}).ok());
}

}  // namespace
}  // namespace biglittle
