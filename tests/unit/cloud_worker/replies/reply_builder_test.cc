#include "cloud_worker/replies/reply_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <variant>

namespace biglittle {
namespace {

const ReplyBuilder kBuilder(wire::Topics("biglittle/v1", "plant"), "worker-1", 1U << 20U);

Answer AnswerTo(const std::string& device, const std::string& request, std::uint64_t sequence) {
  wire::CloudPrediction prediction;
  prediction.prediction = {1, 0.5F, {}};
  return {{device, request}, {sequence, prediction}};
}

TEST(ReplyBuilderTest, OneMessageARequestOnTheDevicesOwnTopic) {
  const std::vector<wire::Message> messages = kBuilder.Build(
      {AnswerTo("pump", "r1", 1), AnswerTo("valve", "r1", 1), AnswerTo("pump", "r1", 2)});
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].topic, "biglittle/v1/plant/devices/pump/reply/worker-1");
  EXPECT_EQ(messages[1].topic, "biglittle/v1/plant/devices/valve/reply/worker-1");
  EXPECT_EQ(messages[0].correlation_data, "r1");
  const auto reply = wire::DecodeEscalationReply(messages[0].payload).value();
  ASSERT_EQ(reply.replies.size(), 2U);
  EXPECT_EQ(reply.replies[1].sequence, 2U);
}

Answer PackedAnswer(const std::string& device, const std::string& request, std::uint64_t sequence,
                    const std::string& digest = "feed") {
  Answer answer = AnswerTo(device, request, sequence);
  answer.address.packs = true;
  std::get<wire::CloudPrediction>(answer.reply.answer).model_digest = digest;
  return answer;
}

TEST(ReplyBuilderTest, OneMessageADeviceThatReadsThem) {
  const std::vector<wire::Message> messages = kBuilder.Build(
      {PackedAnswer("pump", "r1", 1), PackedAnswer("valve", "r1", 1), PackedAnswer("pump", "r2", 2),
       AnswerTo("old", "r1", 1), AnswerTo("old", "r2", 2), PackedAnswer("pump", "r1", 3)});
  ASSERT_EQ(messages.size(), 4U);  // two of "old"
  const auto of_pump = std::ranges::find_if(messages, [](const auto& m) {
    return m.topic == "biglittle/v1/plant/devices/pump/reply/worker-1";
  });
  ASSERT_NE(of_pump, messages.end());
  EXPECT_EQ(of_pump->correlation_data, "r1");
  const auto reply = wire::DecodeEscalationReply(of_pump->payload).value();
  ASSERT_EQ(reply.replies.size(), 3U);
  EXPECT_EQ(reply.replies[0].request_id, "");
  EXPECT_EQ(reply.replies[1].request_id, "r2");
  EXPECT_EQ(reply.replies[1].sequence, 2U);
  EXPECT_EQ(reply.replies[2].request_id, "");
}

TEST(ReplyBuilderTest, APackedReplySaysTheDigestOnce) {
  const std::string digest(64, 'd');
  std::vector<Answer> answers;
  for (std::uint64_t i = 0; i < 10; ++i) answers.push_back(PackedAnswer("pump", "r1", i, digest));
  answers.push_back(PackedAnswer("pump", "r1", 10, "another"));
  const std::vector<wire::Message> messages = kBuilder.Build(answers);
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_LT(messages[0].payload.size(), 5 * digest.size());
  const auto reply = wire::DecodeEscalationReply(messages[0].payload).value();
  ASSERT_EQ(reply.replies.size(), 11U);
  const auto digest_of = [&](std::size_t i) {
    return std::get<wire::CloudPrediction>(reply.replies[i].answer).model_digest;
  };
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(digest_of(i), digest);
  EXPECT_EQ(digest_of(10), "another");
}

TEST(ReplyBuilderTest, SplitsWhatIsTooLargeForAMessage) {
  constexpr std::size_t kMaxBytes = 4096;
  const ReplyBuilder builder(wire::Topics("biglittle/v1", "plant"), "worker-1", kMaxBytes);
  std::vector<Answer> answers;
  for (std::uint64_t i = 0; i < 20; ++i) {
    answers.push_back(AnswerTo("pump", "r1", i));
    std::get<wire::CloudPrediction>(answers.back().reply.answer)
        .prediction.probabilities.resize(200);
  }
  std::set<std::uint64_t> answered;
  const std::vector<wire::Message> messages = builder.Build(answers);
  EXPECT_GT(messages.size(), 1U);
  for (const wire::Message& message : messages) {
    EXPECT_LE(message.payload.size(), kMaxBytes);
    EXPECT_EQ(message.correlation_data, "r1");
    const auto reply = wire::DecodeEscalationReply(message.payload).value();
    for (const auto& item : reply.replies) EXPECT_TRUE(answered.insert(item.sequence).second);
  }
  EXPECT_EQ(answered.size(), 20U);
}

TEST(ReplyBuilderTest, SplitsWhatIsTooLargeForTheBroker) {
  constexpr std::size_t kMaxPacket = 4096;
  std::vector<Answer> answers;
  for (std::uint64_t i = 0; i < 20; ++i) {
    answers.push_back(AnswerTo("pump", std::string(200, 'r'), i));
    std::get<wire::CloudPrediction>(answers.back().reply.answer)
        .prediction.probabilities.resize(200);
  }
  std::size_t answered = 0;
  const std::vector<wire::Message> messages = kBuilder.Build(answers, {}, {}, kMaxPacket);
  for (const wire::Message& message : messages) {
    EXPECT_LE(wire::PacketBytes(message), kMaxPacket);
    answered += wire::DecodeEscalationReply(message.payload).value().replies.size();
  }
  EXPECT_GT(messages.size(), 1U);
  EXPECT_EQ(answered, 20U);
  EXPECT_EQ(kBuilder.Build(answers).size(), 1U);
}

TEST(ReplyBuilderTest, NeverPutsMoreIntoAMessageThanItsReaderTakes) {
  std::vector<Answer> answers;
  for (std::uint64_t i = 0; i < 600; ++i) answers.push_back(PackedAnswer("pump", "r1", i));
  const std::vector<wire::Message> messages = kBuilder.Build(answers);
  EXPECT_EQ(messages.size(), 3U);
  for (const wire::Message& message : messages) {
    EXPECT_TRUE(wire::DecodeEscalationReply(message.payload).ok());
  }
}

TEST(ReplyBuilderTest, NothingToAnswerSendsNothing) { EXPECT_TRUE(kBuilder.Build({}).empty()); }

TEST(ReplyBuilderTest, RefusesAWholeRequest) {
  const wire::Message message =
      kBuilder.Refusal({"pump", "r9"}, {wire::RejectionReason::kInvalid, "why", {}});
  EXPECT_EQ(message.topic, "biglittle/v1/plant/devices/pump/reply/worker-1");
  EXPECT_EQ(message.correlation_data, "r9");
  EXPECT_EQ(wire::DecodeEscalationReply(message.payload)->rejection->detail, "why");
}

}  // namespace
}  // namespace biglittle
