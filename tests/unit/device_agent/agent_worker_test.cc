// What a worker may do to a device, and what a device believes of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "device_agent/escalation/request_id.h"
#include "tests/support/log_capture.h"
#include "tests/unit/device_agent/agent_harness.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using wire::Message;

class AgentWorkerTest : public AgentTest {
 protected:
  static Message From(const std::string& worker, Message reply) {
    reply.topic = "biglittle/v1/plant/devices/pump/reply/" + worker;
    return reply;
  }
};

TEST(RequestIdsTest, EachIsAnother) {
  RequestIds of_one("run");
  RequestIds of_another("run");
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(ids.insert(of_one.Next()).second);
    EXPECT_TRUE(ids.insert(of_another.Next()).second);
  }
  EXPECT_THAT(*ids.begin(), testing::MatchesRegex("run/[0-9a-f]{32}"));
}

TEST_F(AgentWorkerTest, WhoAnsweredSaysTheTopic) {
  OnSample(TinySample(1, true));
  agent_->OnReply(From("worker-7", Answer(requests_.front(), 1)));
  EXPECT_EQ(results_.front().worker, "worker-7");
}

TEST_F(AgentWorkerTest, ATopicThatIsNoWorkersIsNoReply) {
  OnSample(TinySample(1, true));
  Message reply = Answer(requests_.front(), 1);
  for (const char* topic :
       {"", "biglittle/v1/plant/devices/pump/reply", "biglittle/v1/plant/devices/pump/reply/",
        "biglittle/v1/plant/devices/valve/reply/worker-1",
        "biglittle/v1/other/devices/pump/reply/worker-1"}) {
    reply.topic = topic;
    agent_->OnReply(reply);
  }
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(Counted("replies_on_foreign_topics"), 5U);
}

// Who was given one request knows nothing of the next one's name.
TEST_F(AgentWorkerTest, CannotAnswerWhatItWasNotAsked) {
  OnSample(TinySample(1, true));
  OnSample(TinySample(3, true));
  ASSERT_EQ(requests_.size(), 2U);
  Message forged = From("rogue", Answer(requests_[1], 2));
  for (const char* guess : {"run/1", "run/00000000000000000000000000000001", "run/", "run"}) {
    forged.correlation_data = guess;
    agent_->OnReply(forged);
  }
  // Nor by putting the other reading into the reply to the first.
  forged.correlation_data = requests_[0].correlation_data;
  agent_->OnReply(forged);
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(agent_->pending(), 2U);
  EXPECT_EQ(Counted("replies_unknown"), 5U);
  EXPECT_EQ(Counted("replies_unknown_of_rogue"), 5U);
  agent_->OnReply(Answer(requests_[0], 1));
  agent_->OnReply(Answer(requests_[1], 3));
  EXPECT_EQ(Counted("decided_by_big"), 2U);
}

// It would cost the device what a worker likes.
TEST_F(AgentWorkerTest, WhatAnswersNothingIsNotRead) {
  OnSample(TinySample(1, true));
  Message garbage = From("rogue", Answer(requests_.front(), 1));
  garbage.payload = "no protobuf";
  garbage.correlation_data = "another";
  agent_->OnReply(garbage);
  EXPECT_EQ(Counted("replies_unknown_of_rogue"), 1U);
  EXPECT_EQ(Counted("replies_invalid"), 0U);
}

// What came too late tells the round trip, and only once: nobody else may set it.
TEST_F(AgentWorkerTest, AnEndedRequestIsKnownByItsNameAlone) {
  OnSample(TinySample(1, true));
  Pass(kDeadline);
  ASSERT_EQ(results_.size(), 1U);
  Message forged = From("rogue", Answer(requests_.front(), 1));
  forged.correlation_data = "run/0";
  agent_->OnReply(forged);
  EXPECT_EQ(Counted("replies_late"), 0U);
  agent_->OnReply(Answer(requests_.front(), 1));
  EXPECT_EQ(Counted("replies_late"), 1U);
  agent_->OnReply(From("worker-2", Answer(requests_.front(), 1)));
  EXPECT_EQ(Counted("replies_repeated_of_worker-2"), 1U);
}

TEST_F(AgentWorkerTest, AnotherNetThanTheTasksIsFlagged) {
  const LogCapture log;
  OnSample(TinySample(1, true));
  agent_->OnReply(From("rogue", Answer(requests_.front(), 1)));  // its digest is "feed"
  EXPECT_TRUE(results_.front().big_unexpected);
  EXPECT_EQ(Counted("replies_unexpected_model_of_rogue"), 1U);
  EXPECT_THAT(log.lines(),
              testing::Contains(HasSubstr("worker 'rogue' answers with a net of digest 'feed'")));

  Task task = LoadTinyTask();
  task.big.sha256 = "feed";
  MakeAgent(EscalationConfig{}, task);
  results_.clear();
  requests_.clear();
  OnSample(TinySample(1, true));
  agent_->OnReply(Answer(requests_.front(), 1));
  EXPECT_FALSE(results_.front().big_unexpected);
  OnSample(TinySample(2, true));  // nor does it stay with a later result
  EXPECT_FALSE(results_.back().big_unexpected);
}

// It was chance that the group asked it twice.
TEST_F(AgentWorkerTest, OneThatIsAlwaysOverloadedIsAskedPastWhileAnotherAnswers) {
  OnSample(TinySample(1, true));
  agent_->OnReply(From("good", Answer(requests_.front(), 1)));
  results_.clear();
  requests_.clear();
  OnSample(TinySample(1, true));
  const wire::EscalationReply never{
      {}, wire::Rejection{wire::RejectionReason::kOverloaded, "never", Milliseconds(30'000)}};
  for (std::size_t asked = 1; asked < 4; ++asked) {
    ASSERT_EQ(requests_.size(), asked);
    agent_->OnReply(From("rogue", Wrap(requests_.back(), never)));
    agent_->OnTime();
  }
  ASSERT_EQ(requests_.size(), 4U);  // as often as it may be asked
  agent_->OnReply(From("good", Answer(requests_.back(), 1)));
  EXPECT_EQ(results_.front().decided_by, wire::DecidedBy::kBig);
}

// Where both are, that is the group's state, and what they say is heeded.
TEST_F(AgentWorkerTest, TwoThatAreOverloadedAreWaitedFor) {
  OnSample(TinySample(1, true));
  agent_->OnReply(From("one", Answer(requests_.front(), 1)));
  OnSample(TinySample(1, true));
  agent_->OnReply(From("two", Answer(requests_.back(), 1)));
  requests_.clear();
  OnSample(TinySample(1, true));
  const wire::EscalationReply later{
      {}, wire::Rejection{wire::RejectionReason::kOverloaded, "later", Milliseconds(40)}};
  agent_->OnReply(From("one", Wrap(requests_.back(), later)));
  agent_->OnTime();
  ASSERT_EQ(requests_.size(), 2U);
  agent_->OnReply(From("two", Wrap(requests_.back(), later)));
  agent_->OnTime();
  EXPECT_EQ(requests_.size(), 2U);
  Pass(Milliseconds(40));
  EXPECT_EQ(requests_.size(), 3U);
}

// Any number of names takes no more of the device's memory than a few.
TEST_F(AgentWorkerTest, TheirCountersAreBounded) {
  OnSample(TinySample(1, true));
  Message stray = Answer(requests_.front(), 1);
  stray.correlation_data = "stray";
  for (int i = 0; i < 1000; ++i) agent_->OnReply(From("w" + std::to_string(i), stray));
  EXPECT_EQ(Counted("replies_unknown"), 1000U);
  EXPECT_EQ(Counted("replies_unknown_of_w0"), 1U);
  EXPECT_EQ(Counted("replies_unknown_of_others"), 968U);
  EXPECT_LT(agent_->counters().size(), 60U);
  // Nor do long ones.
  agent_->OnReply(From(std::string(65, 'w'), stray));
  EXPECT_EQ(Counted("replies_unknown_of_others"), 969U);
}

}  // namespace
}  // namespace biglittle
