// The keys of a task file that say when the little net may answer, and how that was chosen.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/task/task.h"
#include "tests/unit/core/task_text.h"

namespace biglittle {
namespace {

using Thresholds = std::vector<std::optional<float>>;

// GoodText with other lines in place of its outputs, and others at its end.
Parsed<Task> ParseWith(const std::string& outputs, const std::string& rest) {
  std::string text = GoodText();
  const auto replace = [&text](std::string_view line, const std::string& by) {
    text.replace(text.find(line), line.size(), by);
  };
  replace("  outputs: [lie, other, walk]\n", outputs);
  replace("thresholds: {lie: 0.25, walk: 1}\n", rest);
  return Parse(text);
}

TEST(TaskAnswers, WithoutThresholdsNothingIsAnswered) {
  const auto task = ParseWith("  outputs: [lie, other, walk]\n", "");
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  ASSERT_EQ(task.value->heads.size(), 1U);
  EXPECT_EQ(task.value->heads.front().thresholds, Thresholds(3));
}

TEST(TaskAnswers, AClassWithoutThresholdIsNeverAnswered) {
  const auto task = ParseWith("  outputs: [lie, other, walk]\n", "thresholds: {walk: 0.5}\n");
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->heads.front().thresholds, (Thresholds{0.5F, std::nullopt, std::nullopt}));
}

TEST(TaskAnswers, ScoreWeightsAndEnergyAreRead) {
  const auto task = ParseWith(
      "  outputs: [lie, other, walk]\n",
      "score: logistic\nlogistic: [-1.5, 2, 1000000]\nmost_energy: -3.25\ntuned: {a: b}\n");
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->score, Score::kLogistic);
  EXPECT_EQ(task.value->heads.front().logistic, (LogisticRule{-1.5F, 2.0F, 1e6F}));
  EXPECT_EQ(task.value->heads.front().most_energy, -3.25F);
}

TEST(TaskAnswers, DetectorsAnswerOnlyTheirClassesEachByItself) {
  const auto task = ParseWith("  design: detectors\n  outputs: [walk, lie]\n", "");
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->design, LittleDesign::kDetectors);
  EXPECT_EQ(task.value->little.activation, Activation::kSigmoid);
  EXPECT_EQ(task.value->big.activation, Activation::kSoftmax);
  EXPECT_EQ(task.value->little.outputs, (std::vector<int>{0, 2}));
}

TEST(TaskAnswers, AnEarlyExitHasItsOwnRuleInFront) {
  const auto task = ParseWith("  design: early_exit\n  outputs: [lie, sit, walk]\n",
                              "thresholds: {sit: 0.5}\nmost_energy: 1\n"
                              "early_exit:\n"
                              "  temperature: 2.5\n"
                              "  thresholds: {lie: 0.75}\n"
                              "  logistic: [1, 2, 3]\n"
                              "  most_energy: -1\n");
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->little.activation, Activation::kSoftmax);
  EXPECT_EQ(task.value->little.temperatures, (std::vector<float>{2.5F, 1.5F}));
  ASSERT_EQ(task.value->heads.size(), 2U);
  EXPECT_EQ(task.value->heads.front(),
            (HeadRule{{std::nullopt, std::nullopt, 0.75F}, LogisticRule{1, 2, 3}, -1.0F}));
  EXPECT_EQ(task.value->heads.back(),
            (HeadRule{{std::nullopt, 0.5F, std::nullopt}, std::nullopt, 1.0F}));
}

TEST(TaskAnswers, AnEarlyExitThatTheFileDoesNotSpeakOfNeverAnswers) {
  const auto task =
      ParseWith("  design: early_exit\n  outputs: [lie, sit, walk]\n", "thresholds: {sit: 0.5}\n");
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->little.temperatures, (std::vector<float>{1.0F, 1.5F}));
  ASSERT_EQ(task.value->heads.size(), 2U);
  EXPECT_EQ(task.value->heads.front().thresholds, Thresholds(3));
}

std::optional<ValidationPart> Validation(const std::string& text) {
  const auto task = ParseWith("  outputs: [lie, other, walk]\n", "validation: " + text + "\n");
  EXPECT_TRUE(task.ok()) << ToString(task.problems);
  return task.ok() ? task.value->validation : std::nullopt;
}

TEST(TaskAnswers, EveryKindOfValidationPartIsRead) {
  EXPECT_EQ(Validation("{every: 5}"), ValidationPart(EveryNthRow{5}));
  EXPECT_EQ(Validation("{groups: subject_train, held: [3, -1]}"),
            ValidationPart(HeldGroups{"subject_train", {3, -1}}));
  EXPECT_EQ(Validation("{simulated_seed: 7, readings: 100}"),
            ValidationPart(SimulatedReadings{7, 100}));
}

}  // namespace
}  // namespace biglittle
