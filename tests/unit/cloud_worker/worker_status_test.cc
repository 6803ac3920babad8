#include "cloud_worker/worker_status.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

using Counters = std::map<std::string, std::uint64_t>;

TEST(WorkerStatusTest, TellsStateModelsAndWhatWasCounted) {
  const wire::Topics topics("biglittle/v1", "plant");
  WorkerStatus status(topics, "plant", "worker-1");
  status.Count("batches");
  status.Count("batches", 2);
  status.CountAnswers(
      {{{"pump", "r"}, {1, wire::CloudPrediction{}}},
       {{"pump", "r"}, {2, wire::Rejection{wire::RejectionReason::kExpired, "", {}}}}});
  const wire::Message message = status.Message(wire::State::kStopped, {{"har", "abc"}},
                                               {{"queue_depth", 7}}, {{"pump", 3, 4.5}});
  EXPECT_EQ(message.topic, topics.WorkerStatus("worker-1"));
  EXPECT_TRUE(message.retained);
  const auto decoded = wire::DecodeStatus(message.payload);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->state, wire::State::kStopped);
  EXPECT_EQ(decoded->worker, "worker-1");
  EXPECT_EQ(decoded->models.at("har"), "abc");
  EXPECT_EQ(decoded->busiest, (std::vector<wire::DeviceWork>{{"pump", 3, 4.5}}));
  EXPECT_EQ(
      decoded->counters,
      (Counters{{"answered", 1}, {"batches", 3}, {"queue_depth", 7}, {"rejected_expired", 1}}));
}

// A level, not a count: the last value stands, and the models are those that serve now.
TEST(WorkerStatusTest, WhatOthersKeepIsTakenAsItIs) {
  WorkerStatus status(wire::Topics("r", "f"), "f", "w");
  static_cast<void>(
      status.Message(wire::State::kOnline, {{"har", "old"}}, {{"queue_depth", 7}}, {}));
  const auto decoded = wire::DecodeStatus(
      status.Message(wire::State::kOnline, {{"har", "new"}}, {{"queue_depth", 2}}, {}).payload);
  EXPECT_EQ(decoded->counters, (Counters{{"queue_depth", 2}}));
  EXPECT_EQ(decoded->models.at("har"), "new");
}

}  // namespace
}  // namespace biglittle
