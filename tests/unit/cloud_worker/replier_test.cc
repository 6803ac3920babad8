#include "cloud_worker/replier.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

const Replier kReplier(wire::Topics("biglittle/v1", "plant"), "worker-1");

Answer AnswerTo(const std::string& device, const std::string& request, std::uint64_t sequence) {
  wire::CloudPrediction prediction;
  prediction.prediction = {1, 0.5F, {}};
  return {{device, request}, {sequence, prediction}};
}

TEST(ReplierTest, OneMessageARequestOnTheDevicesOwnTopic) {
  const std::vector<wire::Message> messages = kReplier.Reply(
      {AnswerTo("pump", "r1", 1), AnswerTo("valve", "r1", 1), AnswerTo("pump", "r1", 2)});
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].topic, "biglittle/v1/plant/devices/pump/reply");
  EXPECT_EQ(messages[1].topic, "biglittle/v1/plant/devices/valve/reply");
  EXPECT_EQ(messages[0].correlation_data, "r1");
  const auto reply = wire::DecodeEscalationReply(messages[0].payload).value();
  EXPECT_EQ(reply.worker, "worker-1");
  ASSERT_EQ(reply.replies.size(), 2U);
  EXPECT_EQ(reply.replies[1].sequence, 2U);
}

TEST(ReplierTest, NothingToAnswerSendsNothing) { EXPECT_TRUE(kReplier.Reply({}).empty()); }

TEST(ReplierTest, RefusesAWholeRequest) {
  const wire::Message message =
      kReplier.Refuse({"pump", "r9"}, {wire::RejectionReason::kInvalid, "why", {}});
  EXPECT_EQ(message.topic, "biglittle/v1/plant/devices/pump/reply");
  EXPECT_EQ(message.correlation_data, "r9");
  EXPECT_EQ(wire::DecodeEscalationReply(message.payload)->rejection->detail, "why");
}

}  // namespace
}  // namespace biglittle
