#include "device_agent/little/local_classifier.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

LocalClassifier Load(const Task& task, const EscalationConfig& config = {}) {
  return LocalClassifier::Load(task, config).value();
}

TEST(LocalClassifier, AnswersWhatItsOnlyHeadIsSureOf) {
  const Task task = LoadTinyTask();
  LocalClassifier little = Load(task);
  const LocalAnswer sure = little.Classify(task, TinySample(2, true).window);
  EXPECT_TRUE(sure.is_final);
  EXPECT_EQ(sure.head, 0U);
  EXPECT_EQ(sure.prediction.class_index, 2);
  EXPECT_FALSE(little.Classify(task, TinySample(2, false).window).is_final);
  EXPECT_FALSE(little.Classify(task, TinySample(1, true).window).is_final);
}

TEST(LocalClassifier, AsksTheLastHeadOnlyWhereTheExitIsNotSure) {
  const Task task = LoadTinyExitTask();
  LocalClassifier little = Load(task);
  const LocalAnswer at_exit = little.Classify(task, TinySample(0, true).window);
  EXPECT_TRUE(at_exit.is_final);
  EXPECT_EQ(at_exit.head, 0U);
  EXPECT_EQ(at_exit.prediction.class_index, 0);
  const LocalAnswer behind = little.Classify(task, TinySample(3, true).window);
  EXPECT_TRUE(behind.is_final);
  EXPECT_EQ(behind.head, 1U);
  EXPECT_EQ(behind.prediction.class_index, 3);
  const LocalAnswer unsure = little.Classify(task, TinySample(1, false).window);
  EXPECT_FALSE(unsure.is_final);
  EXPECT_EQ(unsure.head, 1U);
  EXPECT_EQ(unsure.prediction.class_index, 1);
}

TEST(LocalClassifier, EachHeadHasItsTemperature) {
  Task task = LoadTinyExitTask();
  task.little.temperatures = {100.0F, 1.0F};  // the exit is never sure now
  LocalClassifier little = Load(task);
  const LocalAnswer answer = little.Classify(task, TinySample(0, true).window);
  EXPECT_EQ(answer.head, 1U);
  EXPECT_TRUE(answer.is_final);
}

TEST(LocalClassifier, SaysWhatIsUnlikeTheTrainingDataByTheHeadThatWasAskedLast) {
  Task task = LoadTinyExitTask();
  task.heads.back().most_energy = -15.0F;  // the exit has no bound
  LocalClassifier escalates = Load(task);
  const LocalAnswer escalated = escalates.Classify(task, TinySample(3, true).window);
  EXPECT_TRUE(escalated.unlike);
  EXPECT_FALSE(escalated.is_final);
  EXPECT_FALSE(escalates.Classify(task, TinySample(0, true).window).unlike);
  EXPECT_FALSE(escalates.Classify(task, TinyWindow({0, 0, 0, 2})).unlike);
  LocalClassifier flags = Load(task, {.unlike = UnlikeAction::kFlag});
  const LocalAnswer flagged = flags.Classify(task, TinySample(3, true).window);
  EXPECT_TRUE(flagged.unlike);
  EXPECT_TRUE(flagged.is_final);
  LocalClassifier ignores = Load(task, {.unlike = UnlikeAction::kIgnore});
  EXPECT_FALSE(ignores.Classify(task, TinySample(3, true).window).unlike);
}

TEST(LocalClassifier, FixedPolicies) {
  const Task task = LoadTinyExitTask();
  LocalClassifier only = Load(task, {.policy = EscalationPolicyKind::kLittleOnly});
  const LocalAnswer answer = only.Classify(task, TinySample(0, true).window);
  EXPECT_EQ(answer.head, 1U);
  EXPECT_TRUE(answer.is_final);
  LocalClassifier never = Load(task, {.policy = EscalationPolicyKind::kBigOnly});
  EXPECT_FALSE(never.Classify(task, TinySample(0, true).window).is_final);
}

TEST(LocalClassifier, AnswersByTheRuleThatItWasGivenLast) {
  const Task task = LoadTinyExitTask();
  LocalClassifier little = Load(task, {});
  const Tensor window = TinySample(0, true).window;
  EXPECT_TRUE(little.Classify(task, window).is_final);
  EscalationRule rule = little.rule();
  rule.mode = EscalationMode::kBigOnly;
  ASSERT_TRUE(little.SetRule(rule).ok());
  EXPECT_FALSE(little.Classify(task, window).is_final);
  rule.heads.resize(1);
  EXPECT_EQ(little.SetRule(rule).message(), "the rule is for 1 heads, the little net has 2");
  EXPECT_FALSE(little.Classify(task, window).is_final);
}

TEST(LocalClassifier, RefusesARuleOrANetThatDoesNotFit) {
  EXPECT_EQ(LocalClassifier::Load(LoadTinyTask(), {.policy = EscalationPolicyKind::kLogistic})
                .status()
                .code(),
            absl::StatusCode::kInvalidArgument);
  // A net of one output tensor for a task that takes two, and the other way round.
  Task task = LoadTinyExitTask();
  task.little.file = task.big.file;
  task.little.sha256 = task.big.sha256;
  EXPECT_EQ(std::string(LocalClassifier::Load(task, {}).status().message()),
            task.little.file.string() +
                " has 1 output tensors, task tiny-exit takes 2: the early "
                "exit's logits and the final ones");
  task = LoadTinyExitTask();
  task.little.temperatures = {1.0F};
  task.heads.resize(1);
  EXPECT_EQ(std::string(LocalClassifier::Load(task, {}).status().message()),
            task.little.file.string() +
                " has 2 output tensors, task tiny-exit takes 1: only a "
                "little net whose design is early_exit has two");
}

TEST(LocalClassifier, GivesFeaturesOfWhatIsToBeEscalatedWhereTheTaskSaysSo) {
  const Task task = LoadTinyFeaturesTask();
  LocalClassifier little = Load(task);
  EXPECT_FALSE(little.Classify(task, TinySample(2, true).window).features);
  const LocalAnswer unsure = little.Classify(task, TinyWindow({1, 2, 4, 8}));
  EXPECT_FALSE(unsure.is_final);
  EXPECT_EQ(unsure.features, TinyWindow({0.5F, 1, 2, 4, -0.5F, -2}));
  EXPECT_EQ(little.Escalated(task, TinyWindow({2, 0, 0, 0})), TinyWindow({1, 0, 0, 0, 1, 0}));
  // Before any head may answer, too.
  LocalClassifier never = Load(task, {.policy = EscalationPolicyKind::kBigOnly});
  EXPECT_EQ(never.Classify(task, TinySample(0, true).window).features,
            TinyWindow({0.5F, 0, 0, 0, 0.5F, 0}));

  const Task windows = LoadTinyTask();
  LocalClassifier plain = Load(windows);
  EXPECT_FALSE(plain.Classify(windows, TinySample(1, true).window).features);
  EXPECT_EQ(plain.Escalated(windows, TinySample(1, true).window), TinySample(1, true).window);
}

}  // namespace
}  // namespace biglittle
