#include "cloud_worker/backends/batch_answers.h"

#include <gtest/gtest.h>

#include <limits>
#include <variant>

namespace biglittle {
namespace {

const SteadyTime kBegin(Milliseconds(1000));

WorkItem Item(std::uint64_t sequence, Milliseconds time_left, bool same_clock = false) {
  return {.address = {"pump", "r" + std::to_string(sequence)},
          .task = "tiny",
          .sequence = sequence,
          .window = {DType::kInt16, {static_cast<std::int64_t>(sequence)}, {}},
          .arrived_at = kBegin - Milliseconds(3),
          .expires_at = kBegin + time_left,
          .queued_at = kBegin - Milliseconds(2),
          .same_clock = same_clock};
}

TEST(BatchAnswersTest, OnlyWhatIsInTimeIsASampleAndEachItemIsAnsweredInItsPlace) {
  BatchAnswers batch(
      {"tiny",
       {Item(1, Milliseconds(0)), Item(2, Milliseconds(1), true), Item(3, Milliseconds(9))}},
      kBegin);
  ASSERT_EQ(batch.samples(), 2U);
  EXPECT_EQ(batch.window(0).shape, Shape{2});
  EXPECT_EQ(batch.window(1).shape, Shape{3});
  const auto answers =
      batch.Take({{5, 0.9F, {}}, {6, 0.8F, {}}}, "digest", kBegin + Milliseconds(7));
  ASSERT_EQ(answers.size(), 3U);
  const auto& expired = std::get<wire::Rejection>(answers[0].reply.answer);
  EXPECT_EQ(expired.reason, wire::RejectionReason::kExpired);
  EXPECT_EQ(expired.detail, "its time ran out in the queue");
  EXPECT_EQ(answers[0].address.correlation_data, "r1");
  const auto& first = std::get<wire::CloudPrediction>(answers[1].reply.answer);
  EXPECT_EQ(first.prediction.class_index, 5);
  EXPECT_EQ(first.model_digest, "digest");
  EXPECT_EQ(first.queue_time, Milliseconds(3));
  EXPECT_EQ(first.take_time, Milliseconds(1));
  EXPECT_EQ(first.compute_time, Milliseconds(7));
  EXPECT_EQ(first.batch_size, 2U);
  EXPECT_EQ(first.arrived_at, kBegin - Milliseconds(3));
  const auto& second = std::get<wire::CloudPrediction>(answers[2].reply.answer);
  EXPECT_EQ(second.prediction.class_index, 6);
  EXPECT_FALSE(second.arrived_at.has_value());
  EXPECT_EQ(answers[2].reply.sequence, 3U);
}

TEST(BatchAnswersTest, WhereAllHasExpiredNothingIsComputed) {
  BatchAnswers batch({"tiny", {Item(1, Milliseconds(0))}}, kBegin);
  EXPECT_EQ(batch.samples(), 0U);
  EXPECT_EQ(batch.Take({}, "digest", kBegin).size(), 1U);
}

TEST(BatchAnswersTest, WhatOverflowsInTheNetIsRefusedAlone) {
  BatchAnswers batch({"tiny", {Item(1, Milliseconds(9)), Item(2, Milliseconds(9))}}, kBegin);
  const auto answers = batch.Take({{0, std::numeric_limits<float>::quiet_NaN(), {}}, {1, 0.9F, {}}},
                                  "digest", kBegin);
  EXPECT_EQ(std::get<wire::Rejection>(answers[0].reply.answer).reason,
            wire::RejectionReason::kInvalid);
  EXPECT_EQ(std::get<wire::CloudPrediction>(answers[1].reply.answer).batch_size, 2U);
}

}  // namespace
}  // namespace biglittle
