// What the broker refuses: a publish that it acknowledges with an error, as an access list with a
// typing error makes it do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "device_agent/delivery_tag.h"
#include "tests/support/log_capture.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/agent_harness.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(DeliveryTag, ComesBackAsItWas) {
  for (const DeliveryTag tag : {DeliveryTag{TagKind::kResult, 2},
                                {TagKind::kResult, (std::uint64_t{1} << 63U) - 1},
                                {TagKind::kLostResults, 1},
                                {TagKind::kRequest, 0},
                                {TagKind::kRequest, 123'456'789'012},
                                {TagKind::kStatus, 0}}) {
    EXPECT_EQ(FromTag(ToTag(tag)), tag);
    EXPECT_NE(ToTag(tag), 0U);  // nobody would hear of it
  }
}

class AgentRefusedTest : public AgentTest {
 protected:
  void Answer(wire::Delivery delivery) {
    for (const std::uint64_t tag : std::exchange(tags_, {})) agent_->OnDelivered(tag, delivery);
  }
  void RefuseRequest(std::size_t index) {
    agent_->OnDelivered(requests_[index].tag, wire::Delivery::kRefused);
  }

  LogCapture log_;
};

TEST_F(AgentRefusedTest, WithoutAStoreEachResultCountsAsLostAndIsSaid) {
  for (int i = 0; i < 5; ++i) OnSample(TinySample(2, true));
  ASSERT_EQ(tags_.size(), 5U);
  Answer(wire::Delivery::kRefused);
  EXPECT_EQ(Counted("results_refused"), 5U);
  EXPECT_EQ(agent_->outlet().lost(), 5U);
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("the broker refuses results")));
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("biglittle/v1/plant/devices/pump/result")));
  OnSample(TinySample(2, true));
  Answer(wire::Delivery::kTaken);
  EXPECT_EQ(Counted("results_refused"), 5U);
}

TEST_F(AgentRefusedTest, WithoutAStoreEachOfAMessageCounts) {
  DeviceConfig device;
  device.results = {.max_batch = 4, .linger = Milliseconds(20)};
  MakeAgent(device);
  for (int i = 0; i < 4; ++i) OnSample(TinySample(2, true));
  ASSERT_EQ(tags_.size(), 1U);
  Answer(wire::Delivery::kRefused);
  EXPECT_EQ(Counted("results_refused"), 4U);
  EXPECT_EQ(agent_->outlet().lost(), 4U);
}

TEST_F(AgentRefusedTest, ALastingRefusalIsSaidNowAndThen) {
  for (int minute = 0; minute < 25; ++minute) {
    OnSample(TinySample(2, true));
    Answer(wire::Delivery::kRefused);
    clock_.Advance(std::chrono::minutes(1));
  }
  EXPECT_EQ(log_.lines().size(), 3U);
}

TEST_F(AgentRefusedTest, AReadingWhoseOnlyRequestIsRefusedFallsBackAtOnce) {
  OnSample(TinySample(1, true));
  ASSERT_EQ(requests_.size(), 1U);
  RefuseRequest(0);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "refused");
  EXPECT_EQ(Counted("fell_back_refused"), 1U);
  EXPECT_EQ(Counted("requests_refused"), 1U);
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("the broker refuses requests")));
  Pass(kDeadline);
  EXPECT_EQ(results_.size(), 1U);
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(AgentRefusedTest, WhatWasSentBeforeMayStillBeAnswered) {
  OnSample(TinySample(1, true));
  Pass(Milliseconds(80));
  ASSERT_GE(requests_.size(), 2U);
  RefuseRequest(requests_.size() - 1);
  EXPECT_THAT(results_, IsEmpty());
  agent_->OnReply(AgentTest::Answer(requests_.front(), 1));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().decided_by, wire::DecidedBy::kBig);
}

TEST_F(AgentRefusedTest, AllReadingsOfARequestFallBack) {
  EscalationConfig escalation;
  escalation.packing.max_readings = 8;
  escalation.packing.linger = Milliseconds(2);
  MakeAgent(escalation);
  for (int i = 0; i < 4; ++i) OnSample(TinySample(1, true));
  Pass(Milliseconds(5));
  ASSERT_EQ(requests_.size(), 2U);  // the first went at once
  RefuseRequest(1);
  EXPECT_EQ(results_.size(), 3U);
  RefuseRequest(0);
  EXPECT_EQ(results_.size(), 4U);
  EXPECT_EQ(Counted("fell_back_refused"), 4U);
}

TEST_F(AgentRefusedTest, ARequestThatWasTakenIsNoRefusal) {
  OnSample(TinySample(1, true));
  agent_->OnDelivered(requests_[0].tag, wire::Delivery::kTaken);
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_EQ(Counted("requests_refused"), 0U);
}

TEST_F(AgentRefusedTest, RefusedStatusesCount) {
  agent_->OnDelivered(ToTag({TagKind::kStatus, 0}), wire::Delivery::kRefused);
  EXPECT_EQ(Counted("statuses_refused"), 1U);
}

class AgentStoreRefusedTest : public AgentRefusedTest {
 protected:
  AgentStoreRefusedTest() {
    DeviceConfig device;
    device.store.emplace();
    agent_.reset();
    MakeAgent(device, LoadTinyTask(),
              ResultStore::Open(folder_.path() / "pump.sqlite", {}, clock_).value());
  }
  // A broker that refuses the results of `unwanted`, and acknowledges at once.
  void Pass(SteadyTime::duration time) {
    const SteadyTime end = clock_.Now() + time;
    for (; clock_.Now() < end; clock_.Advance(Milliseconds(10))) {
      agent_->OnTime();
      Acknowledge();
    }
  }
  void Acknowledge() {
    for (const std::uint64_t tag : std::exchange(tags_, {})) {
      const bool bad = unwanted_.contains(SequenceOf(FromTag(tag).value));
      agent_->OnDelivered(tag, bad ? wire::Delivery::kRefused : wire::Delivery::kTaken);
    }
  }

  TemporaryFolder folder_;
  std::set<std::uint64_t> unwanted_;
};

TEST_F(AgentStoreRefusedTest, TheyWaitAndArriveOnceTheBrokerTakesThem) {
  for (std::uint64_t i = 0; i < 3; ++i) unwanted_.insert(i);
  for (int i = 0; i < 3; ++i) OnSample(TinySample(2, true));
  Acknowledge();
  EXPECT_EQ(Counted("results_refused"), 3U);
  EXPECT_EQ(agent_->outlet().lost(), 0U);
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("they wait in the store")));
  Pass(std::chrono::minutes(10));
  EXPECT_EQ(agent_->outlet().undelivered(), 3U);
  unwanted_.clear();
  Pass(std::chrono::seconds(61));
  EXPECT_EQ(agent_->outlet().undelivered(), 0U);
}

TEST_F(AgentStoreRefusedTest, TheyAreSentAgainEverMoreSeldom) {
  for (std::uint64_t i = 0; i < 3; ++i) unwanted_.insert(i);
  for (int i = 0; i < 3; ++i) OnSample(TinySample(2, true));
  Pass(std::chrono::minutes(10));
  // After 1, 2, 4, ... s, and each minute from then on; three of them each time.
  EXPECT_GT(results_.size(), 3U * 12U);
  EXPECT_LT(results_.size(), 3U * 18U);
}

TEST_F(AgentStoreRefusedTest, TheyStandInNobodysWay) {
  constexpr std::uint64_t kUnwanted = 100;  // more than are on their way at once
  agent_->OnLink(false);
  for (std::uint64_t i = 0; i < kUnwanted; ++i) {
    unwanted_.insert(i);
    OnSample(TinySample(2, true));
  }
  for (int i = 0; i < 50; ++i) OnSample(TinySample(2, true));
  agent_->OnLink(true);
  Pass(std::chrono::seconds(20));
  EXPECT_EQ(agent_->outlet().undelivered(), kUnwanted);
}

TEST_F(AgentStoreRefusedTest, ThoseThatAreTakenMeanwhileKeepTheRetriesSeldom) {
  unwanted_.insert(0);
  OnSample(TinySample(2, true));
  Acknowledge();
  for (int i = 0; i < 100; ++i) {
    OnSample(TinySample(2, true));
    Pass(Milliseconds(100));
  }
  // Ten seconds, once a second at most.
  const auto again = std::ranges::count_if(results_, [](const auto& r) { return r.sequence == 0; });
  EXPECT_GT(again, 3);
  EXPECT_LE(again, 12);
}

// Without its properties, as a bridge of MQTT 3.1.1 hands it on.
wire::Message Stripped(wire::Message reply) {
  reply.correlation_data.clear();
  reply.content_type.clear();
  return reply;
}

class AgentStrippedTest : public AgentRefusedTest {};

TEST_F(AgentStrippedTest, RepliesWithoutCorrelationAreSaidOnceAndCounted) {
  for (int i = 0; i < 3; ++i) OnSample(TinySample(1, true));
  for (const wire::Message& request : requests_) {
    agent_->OnReply(Stripped(AgentTest::Answer(request, 1)));
  }
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_EQ(Counted("replies_without_correlation"), 3U);
  EXPECT_THAT(log_.lines(), ElementsAre(HasSubstr("bridge_protocol_version mqttv50")));
  agent_->OnReply(AgentTest::Answer(requests_[0], 1));
  EXPECT_EQ(results_.size(), 1U);
  EXPECT_EQ(Counted("replies_without_correlation"), 3U);
}

// A reading that was never sent has no request id yet, and so is none that such a reply is about.
TEST_F(AgentStrippedTest, TheyEndNoReadingThatWasNotAsked) {
  OnSample(TinySample(1, true));
  const wire::Message answer = Stripped(AgentTest::Answer(requests_[0], 1));
  MakeAgent(EscalationConfig{});
  agent_->OnLink(false);
  OnSample(TinySample(1, true));
  agent_->OnReply(answer);
  agent_->OnReply(Stripped(
      Wrap(requests_[0], {{}, wire::Rejection{wire::RejectionReason::kInvalid, "no", {}}})));
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_EQ(Counted("replies_without_correlation"), 2U);
}

TEST_F(AgentStrippedTest, WhatAWorkerSaysIsQuoted) {
  OnSample(TinySample(1, true));
  wire::Message answer = AgentTest::Answer(requests_[0], 1);
  auto reply = wire::DecodeEscalationReply(answer.payload).value();
  std::get<wire::CloudPrediction>(reply.replies[0].answer).prediction.class_index = 99;
  wire::Message message = Wrap(requests_[0], reply);
  message.topic = requests_[0].response_topic + "/w\x1b[2J\nforged";
  agent_->OnReply(message);
  EXPECT_THAT(log_.lines(),
              ElementsAre(HasSubstr("a reply of worker 'w\\x1b[2J\\x0aforged' was refused")));
}

}  // namespace
}  // namespace biglittle
