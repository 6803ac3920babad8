// When the cloud is asked, asked again, or not asked at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/device_agent/agent_harness.h"

namespace biglittle {
namespace {

using wire::DecidedBy;
using wire::Message;
using wire::RejectionReason;

class AgentEscalationTest : public AgentTest {};

TEST_F(AgentEscalationTest, AsksAgainUnderTheSameIdUntilThereIsAnAnswer) {
  OnSample(TinySample(1, true));
  Pass(Milliseconds(80));
  ASSERT_GE(requests_.size(), 2U);
  for (const Message& request : requests_) {
    EXPECT_EQ(request.correlation_data, requests_.front().correlation_data);
  }
  const auto last = wire::DecodeEscalationRequest(requests_.back().payload).value();
  EXPECT_LT(last.readings.front().time_left, Milliseconds(60));
  EXPECT_EQ(Counted("escalation_retries"), requests_.size() - 1);
  agent_->OnReply(Answer(requests_.front(), 1));
  agent_->OnReply(Answer(requests_.back(), 2));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().label, "busy");
  EXPECT_EQ(Counted("replies_repeated"), 1U);
}

TEST_F(AgentEscalationTest, SaysWhatGoesBeforeOthers) {
  OnSample(TinySample(0, false));
  OnSample(TinySample(1, true));
  const auto priority = [this](std::size_t request) {
    return wire::DecodeEscalationRequest(requests_[request].payload)->readings.front().priority;
  };
  EXPECT_EQ(priority(0), 1U);  // taken for a prioritised class
  EXPECT_EQ(priority(1), 0U);
}

TEST_F(AgentEscalationTest, SendsHalvesWhereTheTaskSaysSo) {
  OnSample(TinySample(1, false));
  Task task = LoadTinyTask();
  task.wire_dtype = WireDType::kFloat16;
  MakeAgent(EscalationConfig{}, task);
  OnSample(TinySample(1, false));
  ASSERT_EQ(requests_.size(), 2U);
  // Four numbers of four bytes, and of two.
  EXPECT_EQ(requests_[0].payload.size() - requests_[1].payload.size(), 8U);
}

// The tiny task's readings are too short to get shorter: this one has more numbers than the task.
TEST_F(AgentEscalationTest, CompressesWhereTheFleetSaysSo) {
  struct Nobody final : EscalationPurpose {
    void End(const LittleVerdict&, const Outcome&) override {}
  } nobody;
  const Tensor window = TinyWindow(std::vector<float>(1000, 0.5F));
  for (const Compression compression : {Compression::kNone, Compression::kZstd}) {
    std::vector<Message> sent;
    Escalator::Counters counters;
    Escalator escalator(
        {.topics = {"root", "plant"},
         .task = "tiny",
         .classes = 4,
         .config = {.compression = compression}},
        [&](Message message) {
          sent.push_back(std::move(message));
          return absl::OkStatus();
        },
        counters, clock_);
    escalator.OnLink(true);
    escalator.Escalate({.captured_at = clock_.Now(), .deadline = kDeadline}, window, false, nobody);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].payload.size() < 200, compression == Compression::kZstd);
    EXPECT_EQ(wire::DecodeEscalationRequest(sent[0].payload)->readings[0].window, window);
  }
}

TEST_F(AgentEscalationTest, AsksNoMoreThanItMay) {
  MakeAgent(EscalationConfig{.retry_min = Milliseconds(1), .max_attempts = 3});
  OnSample(TinySample(1, true));
  Pass(kDeadline);
  EXPECT_EQ(requests_.size(), 3U);
  EXPECT_EQ(results_.front().reason, "deadline");
}

TEST_F(AgentEscalationTest, ARetryThatTheSessionHasNoRoomForIsTriedAgainInTime) {
  OnSample(TinySample(1, true));
  ASSERT_EQ(requests_.size(), 1U);
  refuse_requests_ = true;
  Pass(Milliseconds(50));
  EXPECT_EQ(requests_.size(), 1U);
  refuse_requests_ = false;
  Pass(Milliseconds(40));  // short of the deadline
  ASSERT_GE(requests_.size(), 2U);
  EXPECT_TRUE(results_.empty());
  agent_->OnReply(Answer(requests_.back(), 1));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().decided_by, DecidedBy::kBig);
}

TEST_F(AgentEscalationTest, WhileTheBrokerIsAwayNothingIsSent) {
  agent_->OnLink(false);
  OnSample(TinySample(1, true));
  Pass(Milliseconds(50));
  EXPECT_TRUE(requests_.empty());
  agent_->OnLink(true);
  ASSERT_EQ(requests_.size(), 1U);
  agent_->OnReply(Answer(requests_.front(), 1));
  EXPECT_EQ(results_.front().decided_by, DecidedBy::kBig);
}

TEST_F(AgentEscalationTest, WhatNeverComesBackIsNotSentAnyMore) {
  MakeAgent(EscalationConfig{.probe_interval = Milliseconds(1000), .max_attempts = 1});
  for (std::size_t i = 0; i < RoundTrip::kLeastObservations; ++i) OnSample(TinySample(1, true));
  Pass(kDeadline);
  EXPECT_EQ(Counted("fell_back_deadline"), RoundTrip::kLeastObservations);
  requests_.clear();
  results_.clear();
  OnSample(TinySample(1, true));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "no_time");
  EXPECT_TRUE(requests_.empty());
  // A new connection is a new chance.
  agent_->OnLink(false);
  agent_->OnLink(true);
  OnSample(TinySample(1, true));
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(AgentEscalationTest, AProbeFindsOutThatTheWayIsFree) {
  MakeAgent(EscalationConfig{.round_trip_memory = Milliseconds(2000),
                             .probe_interval = Milliseconds(300),
                             .max_attempts = 1});
  for (int i = 0; i < 6; ++i) OnSample(TinySample(1, true));
  Pass(kDeadline);
  requests_.clear();
  for (int i = 0; i < 300; ++i) {
    OnSample(TinySample(1, true));
    for (const Message& request : std::exchange(requests_, {})) {
      agent_->OnReply(Answer(request, 1));
    }
    Pass(Milliseconds(10));
  }
  results_.clear();
  OnSample(TinySample(1, true));
  EXPECT_EQ(requests_.size(), 1U);
}

// It speaks for itself: the group's next worker may be idle.
TEST_F(AgentEscalationTest, WhereOneWorkerIsOverloadedTheNextIsAskedAtOnce) {
  OnSample(TinySample(1, true));
  Reject(requests_.front(), RejectionReason::kOverloaded, kDeadline * 10);
  EXPECT_TRUE(results_.empty());
  EXPECT_LE(agent_->NextWake(), clock_.Now());
  agent_->OnTime();
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_EQ(requests_[1].correlation_data, requests_[0].correlation_data);
  agent_->OnReply(Answer(requests_.back(), 1));
  EXPECT_EQ(results_.front().decided_by, DecidedBy::kBig);
}

TEST_F(AgentEscalationTest, WhereTheNextIsTooTheyAreAskedAgainWhenItSaid) {
  OnSample(TinySample(1, true));
  Reject(requests_.front(), RejectionReason::kOverloaded, Milliseconds(10));
  agent_->OnTime();
  Reject(requests_.front(), RejectionReason::kOverloaded, Milliseconds(50));
  EXPECT_TRUE(results_.empty());
  Pass(Milliseconds(49));
  EXPECT_EQ(requests_.size(), 2U);
  Pass(Milliseconds(1));
  EXPECT_EQ(requests_.size(), 3U);
  agent_->OnReply(Answer(requests_.back(), 1));
  EXPECT_EQ(results_.front().decided_by, DecidedBy::kBig);
}

TEST_F(AgentEscalationTest, OverloadedWorkersThatNeedTooLongAreNotWaitedFor) {
  OnSample(TinySample(1, true));
  Reject(requests_.front(), RejectionReason::kOverloaded, kDeadline);
  agent_->OnTime();
  Reject(requests_.front(), RejectionReason::kOverloaded, kDeadline);
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "rejected: overloaded");
  EXPECT_EQ(Counted("rejected_overloaded"), 2U);
}

// There is no time for another: an answer that comes too late is none.
TEST_F(AgentEscalationTest, NobodyIsAskedAtOnceShortOfTheDeadline) {
  OnSample(TinySample(1, true));
  clock_.Advance(kDeadline - kMargin);
  Reject(requests_.front(), RejectionReason::kOverloaded, Milliseconds(1));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "rejected: overloaded");
}

TEST_F(AgentEscalationTest, AnotherWorkerMayKnowTheTaskOrBeWell) {
  for (const auto reason : {RejectionReason::kUnknownTask, RejectionReason::kInternal}) {
    requests_.clear();
    OnSample(TinySample(1, true));
    Reject(requests_.front(), reason);
    Pass(Milliseconds(20));
    ASSERT_EQ(requests_.size(), 2U);
    agent_->OnReply(Answer(requests_.back(), 1));
  }
  EXPECT_EQ(Counted("decided_by_big"), 2U);
}

TEST_F(AgentEscalationTest, WhatIsInvalidOrExpiredStaysSo) {
  OnSample(TinySample(1, true));
  Reject(requests_[0], RejectionReason::kInvalid);
  OnSample(TinySample(1, true));
  Reject(requests_[1], RejectionReason::kExpired);
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[0].reason, "rejected: invalid");
  EXPECT_EQ(results_[1].reason, "rejected: expired");
}

TEST_F(AgentEscalationTest, ARefusalDoesNotTakeAnothersAnswerAway) {
  MakeAgent(EscalationConfig{.retry_min = Milliseconds(10), .max_attempts = 2});
  OnSample(TinySample(1, true));
  Pass(Milliseconds(60));
  ASSERT_EQ(requests_.size(), 2U);
  Reject(requests_[0], RejectionReason::kOverloaded);
  EXPECT_TRUE(results_.empty());
  agent_->OnReply(Answer(requests_[1], 1));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].decided_by, DecidedBy::kBig);
}

TEST_F(AgentEscalationTest, TheLeastSureGoesFirstWhenTheBudgetIsShort) {
  EscalationConfig escalation;
  escalation.budget.messages_per_s = 100.0F;
  escalation.budget.burst = Milliseconds(10);
  escalation.budget.window = Milliseconds(15);
  MakeAgent(escalation, LoadTinyTask());
  OnSample(TinySample(1, true));  // takes what there is
  ASSERT_EQ(requests_.size(), 1U);
  OnSample(TinySample(0, false));
  OnSample({TinyWindow({0.12F, 0, 0, 0}), 0});
  EXPECT_EQ(requests_.size(), 1U);
  const auto sequence_of = [](const Message& request) {
    return wire::DecodeEscalationRequest(request.payload).value().readings.front().sequence;
  };
  Pass(Milliseconds(10));
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_EQ(sequence_of(requests_[1]), 1U);  // 0.1 is less sure than 0.12
  Pass(Milliseconds(5));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().sequence, 2U);
  EXPECT_EQ(results_.front().reason, "budget");
}

TEST_F(AgentEscalationTest, NeverSleepsOverWhatIsDueNorSpins) {
  EscalationConfig escalation{.retry_min = Milliseconds(1)};
  escalation.budget.bytes_per_s = 1000.0F;
  escalation.budget.window = Milliseconds(30);
  MakeAgent(escalation);
  for (int i = 0; i < 40; ++i) {
    OnSample(TinySample(1, true));
    if (i % 7 == 0) agent_->OnLink(i % 2 == 0);
    Pass(Milliseconds(9));
  }
  agent_->OnLink(true);
  Pass(kDeadline);
  EXPECT_EQ(agent_->pending(), 0U);
  EXPECT_EQ(results_.size(), 40U);
}

}  // namespace
}  // namespace biglittle
