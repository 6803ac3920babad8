#include "cloud_worker/cloud_classifier.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"
#include "tests/fakes/tiny_task.h"

namespace biglittle {
namespace {

class CloudClassifierTest : public testing::Test {
 protected:
  CloudClassifierTest()
      : tasks_{{"tiny", LoadTinyTask()}},
        classifier_(CloudClassifier::Load(tasks_, 4, clock_).value()) {}

  WorkItem Item(std::uint64_t sequence, int class_index, Milliseconds time_left) {
    return {{"pump", "request"},
            "tiny",
            sequence,
            TinySample(class_index, true).window,
            clock_.Now() - Milliseconds(3),
            clock_.Now() + time_left};
  }

  FakeClock clock_;
  const std::map<std::string, Task> tasks_;
  CloudClassifier classifier_;
};

TEST_F(CloudClassifierTest, AnswersEachItemInItsPlace) {
  Batch batch{"tiny", {}};
  for (int i = 0; i < 4; ++i) batch.items.push_back(Item(10 + i, 3 - i, Milliseconds(50)));
  const std::vector<Answer> answers = classifier_.Classify(std::move(batch));
  ASSERT_EQ(answers.size(), 4U);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(answers[i].reply.sequence, 10U + i);
    EXPECT_EQ(answers[i].address.correlation_data, "request");
    const auto& prediction = std::get<wire::CloudPrediction>(answers[i].reply.answer);
    EXPECT_EQ(prediction.prediction.class_index, 3 - i);
    EXPECT_EQ(prediction.model_digest, tasks_.at("tiny").big.sha256);
    EXPECT_EQ(prediction.queue_time, std::chrono::milliseconds(3));
    EXPECT_EQ(prediction.batch_size, 4U);
  }
}

TEST_F(CloudClassifierTest, ExpiredWorkIsRejectedAndNotComputed) {
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

TEST_F(CloudClassifierTest, ABatchAnswersAsItsItemsAlone) {
  Batch together{"tiny", {Item(1, 0, Milliseconds(9)), Item(2, 3, Milliseconds(9))}};
  const std::vector<Answer> batched = classifier_.Classify(std::move(together));
  const std::vector<Answer> alone = classifier_.Classify({"tiny", {Item(2, 3, Milliseconds(9))}});
  EXPECT_EQ(std::get<wire::CloudPrediction>(batched[1].reply.answer).prediction,
            std::get<wire::CloudPrediction>(alone[0].reply.answer).prediction);
}

TEST(CloudClassifierLoadTest, RefusesANetOfAnotherDigest) {
  std::map<std::string, Task> tasks{{"tiny", LoadTinyTask()}};
  tasks.at("tiny").big.sha256 = std::string(64, '0');
  EXPECT_EQ(CloudClassifier::Load(tasks, 4, Clock::Real()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace biglittle
