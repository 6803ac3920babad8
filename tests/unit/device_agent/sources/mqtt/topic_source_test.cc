#include "device_agent/sources/mqtt/topic_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "device_agent/sources/mqtt/mqtt_kind.h"
#include "device_agent/sources/stream/stream_feed.h"
#include "tests/support/eventually.h"
#include "tests/support/kept_samples.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Task PairTask() {
  Task task;
  task.name = "pairs";
  task.input_shape = {2};
  task.input_dtype = DType::kFloat32;
  return task;
}

class TopicSourceTest : public testing::Test {
 protected:
  TopicSourceTest()
      : source_("sensors/{device}/x", 1, StreamFeed::Make({}, PairTask()).value()),
        listener_(source_.ListenFor("pump-1")) {}
  ~TopicSourceTest() override { source_.Stop(); }

  void Say(const std::string& payload) {
    wire::Message message;
    message.payload = payload;
    message.received_at = at_ += Milliseconds(10);
    listener_->OnTopicMessage(std::move(message));
  }
  bool Windows(std::size_t count) {
    return Eventually([&] { return inbox_.Now().samples.size() >= count; });
  }

  SteadyTime at_ = Clock::Real().Now() - std::chrono::hours(1);
  KeptSamples inbox_;
  TopicSource source_;
  const std::shared_ptr<wire::TopicListener> listener_;
};

TEST_F(TopicSourceTest, HearsTheTopicOfItsDevice) {
  EXPECT_EQ(listener_->topic(), "sensors/pump-1/x");
  EXPECT_EQ(listener_->qos(), 1);
}

TEST_F(TopicSourceTest, AMessageIsWholeInItself) {
  ASSERT_TRUE(source_.Start(inbox_).ok());
  Say("1");  // no line end: the message has one
  Say("2\n3\n4");
  ASSERT_TRUE(Windows(2));
  EXPECT_THAT(ValuesOf<float>(inbox_.Now().samples[0]), ElementsAre(1, 2));
  EXPECT_THAT(ValuesOf<float>(inbox_.Now().samples[1]), ElementsAre(3, 4));
  EXPECT_EQ(inbox_.Now().times[1], at_);
}

TEST_F(TopicSourceTest, WhatIsMissedIsAGapThatNoWindowGoesAcross) {
  ASSERT_TRUE(source_.Start(inbox_).ok());
  listener_->OnTopicState(absl::OkStatus());
  Say("1");
  listener_->OnTopicState(absl::UnavailableError("no connection"));
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().gap_values == 1; }));
  listener_->OnTopicState(absl::OkStatus());
  Say("2\n3");
  ASSERT_TRUE(Windows(1));
  EXPECT_THAT(ValuesOf<float>(inbox_.Now().samples[0]), ElementsAre(2, 3));
  listener_->OnTopicMessageDropped();
  EXPECT_TRUE(Eventually([&] { return inbox_.Now().gap_values == 2; }));
  EXPECT_FALSE(inbox_.Now().failure.has_value());
}

TEST_F(TopicSourceTest, ARefusedTopicIsAFailureAndLaterNoMore) {
  ASSERT_TRUE(source_.Start(inbox_).ok());
  listener_->OnTopicState(absl::PermissionDeniedError("it refuses the subscription sensors/x"));
  ASSERT_TRUE(Eventually([&] { return inbox_.Now().failure.has_value(); }));
  EXPECT_THAT(std::string(inbox_.Now().failure->message()), HasSubstr("let it subscribe there"));
  source_.Stop();
  listener_->OnTopicState(absl::OkStatus());
  ASSERT_TRUE(source_.Start(inbox_).ok());
  Say("5\n6");
  ASSERT_TRUE(Windows(1));
}

TEST_F(TopicSourceTest, WhatIsSaidWhileItIsStoppedIsNotHeard) {
  Say("1");
  ASSERT_TRUE(source_.Start(inbox_).ok());
  Say("2\n3");
  ASSERT_TRUE(Windows(1));
  EXPECT_THAT(ValuesOf<float>(inbox_.Now().samples[0]), ElementsAre(2, 3));
  EXPECT_EQ(inbox_.Now().gap_values, 0U);
}

TEST(TopicMessages, IsBoundedInMessagesAndBytes) {
  TopicMessages messages("x", 0);
  messages.Begin();
  const auto say = [&](std::size_t bytes) {
    wire::Message message;
    message.payload = std::string(bytes, 'x');
    messages.OnTopicMessage(std::move(message));
  };
  for (int i = 0; i < 20; ++i) say(TopicMessages::kMaxBytes / 8);
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(std::holds_alternative<wire::Message>(messages.Next().value())) << i;
  }
  EXPECT_EQ(std::get<MissedMessages>(messages.Next().value()).messages, 12U);
  for (std::size_t i = 0; i < TopicMessages::kMaxMessages + 3; ++i) say(1);
  for (std::size_t i = 0; i < TopicMessages::kMaxMessages; ++i) {
    ASSERT_TRUE(std::holds_alternative<wire::Message>(messages.Next().value())) << i;
  }
  EXPECT_EQ(std::get<MissedMessages>(messages.Next().value()).messages, 3U);
}

TEST(MqttKind, WildcardsAreRefused) {
  for (const std::string topic : {"sensors/+/x", "sensors/#", "/x", "$SYS/x"}) {
    SourceShares shares;
    SourceConfig config{.type = kMqttType};
    MqttOptions options;
    options.topic = topic;
    config.options = std::make_shared<const OptionsOf<MqttOptions>>(options);
    const auto source = MqttKind().Make(config, PairTask(), shares);
    ASSERT_FALSE(source.ok()) << topic;
    EXPECT_THAT(std::string(source.status().message()), HasSubstr("must name one topic"));
  }
}

}  // namespace
}  // namespace biglittle
