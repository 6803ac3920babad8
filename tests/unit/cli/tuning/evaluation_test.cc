#include "cli/tuning/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <vector>

#include "cli/tuning/evaluation_report.h"
#include "tests/unit/cli/tuning/hand_made_table.h"
#include "tests/unit/cli/tuning/synthetic_table.h"

namespace biglittle {
namespace {

using Matrix = std::vector<std::vector<std::uint64_t>>;

class EvaluationTest : public testing::Test {
 protected:
  const Task task_ = HandMadeTask();
  const Evaluation evaluation_ =
      Evaluate(task_, HandMadeTable(), MakeRule(task_, {}).value(), HandMadeCosts());
};

TEST_F(EvaluationTest, CountsByHand) {
  const CascadeCounts& counts = evaluation_.counts;
  EXPECT_EQ(counts.readings, 8U);
  EXPECT_EQ(counts.escalated, 3U);
  EXPECT_EQ(counts.local(), 5U);
  EXPECT_EQ(counts.at_exit, 2U);
  EXPECT_EQ(counts.local_wrong, 2U);
  EXPECT_EQ(counts.correct, 6U);
  EXPECT_EQ(counts.little_correct, 6U);
  EXPECT_EQ(counts.big_correct, 7U);
  EXPECT_EQ(counts.priority, (std::vector<std::uint64_t>{3, 3}));
  EXPECT_EQ(counts.priority_correct, (std::vector<std::uint64_t>{3, 2}));
  EXPECT_DOUBLE_EQ(counts.priority_recall(), 5.0 / 6);
  EXPECT_DOUBLE_EQ(counts.least_recall(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(counts.local_error(), 0.4);
}

TEST(CascadeCounts, AClassWithoutReadingsHasNoRecallToBeTheLeast) {
  CascadeCounts counts;
  EXPECT_EQ(counts.least_recall(), 1.0);
  EXPECT_EQ(counts.priority_recall(), 0.0);
  counts.priority = {0, 4};
  counts.priority_correct = {0, 3};
  EXPECT_EQ(counts.least_recall(), 0.75);
}

TEST_F(EvaluationTest, ConfusionAndClassesByHand) {
  EXPECT_EQ(evaluation_.confusion, (Matrix{{3, 0, 0}, {1, 2, 0}, {0, 1, 1}}));
  ASSERT_EQ(evaluation_.classes.size(), 2U);
  const ClassFigures& a = evaluation_.classes[0];
  EXPECT_EQ(a.label, "a");
  EXPECT_EQ(a.readings, 3U);
  EXPECT_DOUBLE_EQ(a.recall, 1.0);
  EXPECT_DOUBLE_EQ(a.big_recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(a.local_share, 2.0 / 3);
  EXPECT_DOUBLE_EQ(a.false_accept, 1.0 / 5);
  const ClassFigures& b = evaluation_.classes[1];
  EXPECT_DOUBLE_EQ(b.recall, 2.0 / 3);
  EXPECT_DOUBLE_EQ(b.big_recall, 1.0);
  EXPECT_DOUBLE_EQ(b.local_share, 2.0 / 3);
  EXPECT_DOUBLE_EQ(b.false_accept, 1.0 / 5);
  EXPECT_DOUBLE_EQ(evaluation_.local_priority_error, 2.0 / 8);
}

TEST_F(EvaluationTest, CalibrationByHand) {
  // Last head: (2 |0.98 - 1| + 2 |0.7 - 1| + 0.65 + 0.45 + 0.5 + 0.2) / 8.
  EXPECT_NEAR(evaluation_.little.raw, 2.44 / 8, 1e-6);
  EXPECT_EQ(evaluation_.little.calibrated, evaluation_.little.raw);
  // Exit: (|2.89 - 2| + |4 * 0.5 - 2| + 0.2) / 8.
  EXPECT_NEAR(evaluation_.exit.raw, 1.09 / 8, 1e-6);
  // Big: |0.9 - 7 / 8|.
  EXPECT_NEAR(evaluation_.big.raw, 0.025, 1e-6);
  std::size_t binned = 0;
  for (const ReliabilityBin& bin : evaluation_.reliability) binned += bin.count;
  EXPECT_EQ(binned, 8U);
  EXPECT_EQ(evaluation_.reliability_raw[14].count, 2U);
}

TEST_F(EvaluationTest, TheTemperatureTellsRawAndCalibratedApart) {
  Task task = task_;
  task.little.temperatures = {1.0F, 2.0F};
  const Evaluation evaluation =
      Evaluate(task, HandMadeTable(), MakeRule(task, {}).value(), HandMadeCosts());
  EXPECT_NEAR(evaluation.little.raw, 2.44 / 8, 1e-6);
  EXPECT_GT(std::abs(evaluation.little.calibrated - evaluation.little.raw), 0.01);
  EXPECT_EQ(evaluation.exit.calibrated, evaluation.exit.raw);
}

TEST_F(EvaluationTest, CostsByHand) {
  // Two end at the exit, six go through; three of eight go to the big net.
  EXPECT_DOUBLE_EQ(evaluation_.costs.mean_macs, (2 * 40 + 6 * 100 + 3 * 1000) / 8.0);
  EXPECT_DOUBLE_EQ(evaluation_.costs.mean_bytes, 200.0 * 3 / 8);
  EXPECT_EQ(evaluation_.costs.big_only_bytes, 200.0);
}

TEST_F(EvaluationTest, TheCurveGoesFromAllThatMayBeAnsweredHereToAllEscalated) {
  const std::vector<CurvePoint>& curve = evaluation_.curve;
  // Two readings are called c, which has no threshold.
  EXPECT_DOUBLE_EQ(curve.front().escalation_rate, 2.0 / 8);
  EXPECT_DOUBLE_EQ(curve.back().escalation_rate, 1.0);
  EXPECT_DOUBLE_EQ(curve.back().accuracy, 7.0 / 8);
  EXPECT_EQ(curve.back().local_error, 0.0);
  bool has_own = false;
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_GT(curve[i].escalation_rate, curve[i - 1].escalation_rate);
    has_own = has_own || curve[i].escalation_rate == 3.0 / 8;
  }
  EXPECT_TRUE(has_own);
}

TEST(Curve, EndsWithAllEscalatedHoweverSureTheLittleNetIs) {
  const Task task = SyntheticTask();
  Task sure = task;
  sure.heads.front().thresholds[0] = 0.5F;
  sure.heads.front().thresholds[1] = 0.5F;
  CascadeTable table = SyntheticTable(task, 400, 1, {.heads = {1000.0}, .big = 4.0});
  const Evaluation evaluation = Evaluate(sure, table, MakeRule(sure, {}).value(), {});
  EXPECT_DOUBLE_EQ(evaluation.curve.back().escalation_rate, 1.0);
  EXPECT_DOUBLE_EQ(evaluation.curve.back().accuracy, evaluation.counts.big_accuracy());
}

TEST_F(EvaluationTest, ReadingsUnlikeTheTrainingDataAreCounted) {
  Task task = task_;
  CascadeTable table = HandMadeTable();
  // The last head's logits are logarithms of probabilities, so their energy is 0; the eighth
  // reading gets 3.
  for (std::size_t o = 0; o < 3; ++o) table.heads.back().values[7 * 3 + o] -= 3.0F;
  task.heads.back().most_energy = 1.0F;
  const Evaluation evaluation = Evaluate(task, table, MakeRule(task, {}).value(), HandMadeCosts());
  EXPECT_DOUBLE_EQ(evaluation.unlike_rate, 1.0 / 8);
  EXPECT_EQ(evaluation.counts.escalated, 4U);
  EXPECT_EQ(evaluation_.unlike_rate, 0.0);
}

TEST(MessageBytes, GrowWithTheWindowByteByByte) {
  const Task task = HandMadeTask();
  const Prediction answer{.class_index = 1, .confidence = 0.5F, .probabilities = {0.5F, 0.5F}};
  const auto bytes = [&](std::int64_t count) {
    const Tensor window{DType::kUint8, {count}, std::vector<std::byte>(count)};
    return MessageBytes(task, window, answer);
  };
  EXPECT_EQ(bytes(60) - bytes(20), 40.0);
  EXPECT_GT(bytes(20), 20.0 + 64.0);  // at least the window and a digest
}

}  // namespace
}  // namespace biglittle
