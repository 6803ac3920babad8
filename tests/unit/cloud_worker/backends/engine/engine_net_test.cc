#include "cloud_worker/backends/engine/engine_net.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <random>

#include "core/task/task_file.h"
#include "tests/fakes/fake_clock.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

class EngineNetTest : public testing::Test {
 protected:
  WorkItem Item(std::uint64_t sequence, int class_index, Milliseconds time_left) {
    return {{"pump", "request"},
            "tiny",
            sequence,
            TinySample(class_index, true).window,
            clock_.Now() - Milliseconds(3),
            clock_.Now() + time_left};
  }

  FakeClock clock_;
  const Task task_ = LoadTinyTask();
  EngineNet classifier_ = EngineNet::Load(task_, 4, clock_).value();
};

TEST_F(EngineNetTest, AnswersEachItemInItsPlace) {
  classifier_.Warm([](const auto& part) {
    part();
    return true;
  });
  Batch batch{"tiny", {}};
  for (int i = 0; i < 4; ++i) batch.items.push_back(Item(10 + i, 3 - i, Milliseconds(50)));
  const std::vector<Answer> answers = classifier_.Classify(std::move(batch));
  ASSERT_EQ(answers.size(), 4U);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(answers[i].reply.sequence, 10U + i);
    EXPECT_EQ(answers[i].address.correlation_data, "request");
    const auto& prediction = std::get<wire::CloudPrediction>(answers[i].reply.answer);
    EXPECT_EQ(prediction.prediction.class_index, 3 - i);
    EXPECT_EQ(prediction.model_digest, task_.big.sha256);
    EXPECT_EQ(prediction.queue_time, std::chrono::milliseconds(3));
    EXPECT_EQ(prediction.batch_size, 4U);
  }
}

TEST_F(EngineNetTest, ExpiredWorkIsRejectedAndNotComputed) {
  Batch batch{"tiny", {}};
  batch.items.push_back(Item(1, 0, Milliseconds(0)));
  batch.items.push_back(Item(2, 2, Milliseconds(1)));
  const std::vector<Answer> answers = classifier_.Classify(std::move(batch));
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(std::get<wire::Rejection>(answers[0].reply.answer).reason,
            wire::RejectionReason::kExpired);
  const auto& computed = std::get<wire::CloudPrediction>(answers[1].reply.answer);
  EXPECT_EQ(computed.prediction.class_index, 2);
  EXPECT_EQ(computed.batch_size, 1U);
}

// Finite in the window, not in the net: it must not spoil the message that others share.
TEST_F(EngineNetTest, WhatOverflowsInTheNetIsRefusedAlone) {
  Batch batch{"tiny", {}};
  batch.items.push_back(Item(1, 0, Milliseconds(50)));
  batch.items.push_back(Item(2, 2, Milliseconds(50)));
  constexpr float kLargest = std::numeric_limits<float>::max();
  batch.items[0].window = TinyWindow({kLargest, -kLargest, kLargest, -kLargest});
  const std::vector<Answer> answers = classifier_.Classify(std::move(batch));
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(std::get<wire::Rejection>(answers[0].reply.answer).reason,
            wire::RejectionReason::kInvalid);
  EXPECT_EQ(std::get<wire::CloudPrediction>(answers[1].reply.answer).prediction.class_index, 2);
}

Prediction PredictionOf(const Answer& answer) {
  return std::get<wire::CloudPrediction>(answer.reply.answer).prediction;
}

// A real net: the same bits alone and in company.
TEST(EngineNetBatchTest, ABatchAnswersAsItsItemsAlone) {
  const auto folder = std::filesystem::path(BIGLITTLE_SOURCE_DIR) / "models" / "har";
  const Parsed<Task> task = LoadTask(folder);
  if (!task.ok()) GTEST_SKIP() << "models/har is not trained";
  const FakeClock clock;
  EngineNet classifier = EngineNet::Load(*task.value, 8, clock).value();
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  Batch together{"har", {}};
  const std::size_t elements =
      static_cast<std::size_t>(ElementCount(task.value->input_shape).value());
  for (std::uint64_t i = 0; i < 8; ++i) {
    std::vector<float> values(elements);
    for (float& value : values) value = normal(random);
    Tensor window = TinyWindow(values);
    window.shape = task.value->input_shape;
    together.items.push_back(
        {{"pump", "r"}, "har", i, window, clock.Now(), clock.Now() + Milliseconds(1)});
  }
  std::vector<Prediction> alone;
  for (const WorkItem& item : together.items) {
    alone.push_back(PredictionOf(classifier.Classify({"har", {item}}).at(0)));
  }
  const std::vector<Answer> batched = classifier.Classify(together);
  for (std::size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(PredictionOf(batched[i]), alone[i]) << i;
}

TEST(EngineNetLoadTest, RefusesANetOfAnotherDigest) {
  Task task = LoadTinyTask();
  task.big.sha256 = std::string(64, '0');
  EXPECT_EQ(EngineNet::Load(task, 4, Clock::Real()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_F(EngineNetTest, TakesFeaturesAsTheyAreWhereTheTaskEscalatesThem) {
  Task task = LoadTinyFeaturesTask();
  task.normalisation = {{100.0F}, {1.0F}};  // of windows
  EngineNet net = EngineNet::Load(task, 4, clock_).value();
  Batch batch{task.name, {}};
  batch.items.push_back(Item(1, 0, Milliseconds(50)));
  batch.items.push_back(Item(2, 0, Milliseconds(50)));
  batch.items[0].window = TinyWindow({0, 0, 0.5F, 0, 0, 0.5F});
  batch.items[1].window = TinyWindow({0, 0, 0, 0.5F, 0, -0.5F});
  const std::vector<Answer> answers = net.Classify(std::move(batch));
  EXPECT_EQ(std::get<wire::CloudPrediction>(answers[0].reply.answer).prediction.class_index, 2);
  EXPECT_EQ(std::get<wire::CloudPrediction>(answers[1].reply.answer).prediction.class_index, 3);
}

}  // namespace
}  // namespace biglittle
