// Several readings in one request, and several requests' answers in one reply.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/random.h"
#include "tests/unit/device_agent/agent_harness.h"
#include "wire/mqtt_packets.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using wire::DecidedBy;
using wire::Message;

constexpr Milliseconds kLinger{4};

class AgentPackingTest : public AgentTest {
 protected:
  AgentPackingTest() { Make(EscalationConfig{}); }

  void Make(EscalationConfig escalation) {
    escalation.packing = {.max_readings = 8, .linger = kLinger};
    MakeAgent(escalation);
  }
  void Escalate(int count) {
    for (int i = 0; i < count; ++i) OnSample(TinySample(1, true));  // of no prioritised class
  }
  static std::vector<std::uint64_t> In(const Message& request) {
    std::vector<std::uint64_t> sequences;
    const auto decoded = wire::DecodeEscalationRequest(request.payload).value();
    for (const auto& reading : decoded.readings) sequences.push_back(reading.sequence);
    return sequences;
  }
  static wire::ReadingReply Predict(std::uint64_t sequence, std::string request_id = {}) {
    wire::CloudPrediction prediction;
    prediction.prediction.class_index = 2;
    prediction.prediction.confidence = 0.99F;
    return {sequence, prediction, std::move(request_id)};
  }
  std::set<std::uint64_t> Decided(DecidedBy by) const {
    std::set<std::uint64_t> sequences;
    for (const wire::Result& result : results_) {
      if (result.decided_by == by) sequences.insert(result.sequence);
    }
    return sequences;
  }
};

TEST_F(AgentPackingTest, TheFirstGoesAtOnceAndThoseBehindItTogether) {
  Escalate(4);
  ASSERT_EQ(requests_.size(), 1U);
  Pass(kLinger);
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_THAT(In(requests_[0]), ElementsAre(0));
  EXPECT_THAT(In(requests_[1]), ElementsAre(1, 2, 3));
  EXPECT_NE(requests_[1].correlation_data, requests_[0].correlation_data);
  EXPECT_TRUE(wire::DecodeEscalationRequest(requests_[1].payload)->packed_replies);
  EXPECT_EQ(Counted("escalated"), 4U);
  EXPECT_EQ(Counted("requests_sent"), 2U);
}

TEST_F(AgentPackingTest, OneReplyMayAnswerSeveralRequests) {
  Escalate(4);
  Pass(kLinger);
  ASSERT_EQ(requests_.size(), 2U);
  agent_->OnReply(Wrap(requests_[1], {{Predict(3), Predict(0, requests_[0].correlation_data),
                                       Predict(1, requests_[1].correlation_data)},
                                      {}}));
  EXPECT_EQ(Decided(DecidedBy::kBig), (std::set<std::uint64_t>{0, 1, 3}));
  EXPECT_EQ(agent_->pending(), 1U);
}

TEST_F(AgentPackingTest, AReadingIsNotAnsweredUnderAnothersRequest) {
  Escalate(2);
  Pass(kLinger);
  agent_->OnReply(Wrap(requests_[1], {{Predict(0)}, {}}));
  agent_->OnReply(Wrap(requests_[1], {{Predict(1, "other/1")}, {}}));
  EXPECT_TRUE(results_.empty());
}

// Whoever asks without a name is answered without one.
TEST_F(AgentPackingTest, AReplyWithoutANameBelongsToNothing) {
  Escalate(3);  // the first is sent, the others wait for companions
  Message nameless = Wrap(requests_[0], {{Predict(0), Predict(1)}, {}});
  nameless.correlation_data.clear();
  agent_->OnReply(nameless);
  Message refusal =
      Wrap(requests_[0], {{}, wire::Rejection{wire::RejectionReason::kInvalid, "no", {}}});
  refusal.correlation_data.clear();
  agent_->OnReply(refusal);
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(agent_->pending(), 3U);
  EXPECT_EQ(Counted("replies_without_correlation"), 2U);
}

TEST_F(AgentPackingTest, WhatIsLeftOfARequestIsAskedAgainTogetherUnderItsId) {
  Escalate(4);
  Pass(kLinger);
  agent_->OnReply(Wrap(requests_[1], {{Predict(2)}, {}}));
  Pass(Milliseconds(60));
  const auto again = std::ranges::find_if(
      requests_.begin() + 2, requests_.end(),
      [this](const auto& r) { return r.correlation_data == requests_[1].correlation_data; });
  ASSERT_NE(again, requests_.end());
  EXPECT_THAT(In(*again), ElementsAre(1, 3));
}

TEST_F(AgentPackingTest, ARefusedRequestIsRefusedForEachReading) {
  Escalate(4);
  Pass(kLinger);
  Reject(requests_[1], wire::RejectionReason::kInvalid);
  EXPECT_EQ(Decided(DecidedBy::kFallback), (std::set<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(Counted("rejected_invalid"), 3U);
}

TEST_F(AgentPackingTest, WhatTheBacklogRefusesFallsBackReadingByReading) {
  Escalate(4);
  refuse_requests_ = true;
  Pass(kLinger);
  EXPECT_EQ(Decided(DecidedBy::kFallback), (std::set<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(Counted("fell_back_backlog_full"), 3U);
}

TEST_F(AgentPackingTest, ALostRequestIsLostOnceHoweverManyReadingsWereInIt) {
  Make({.retry_min = Milliseconds(2), .max_attempts = 2});
  Escalate(1);
  Pass(kLinger);
  agent_->OnReply(Wrap(requests_[0], {{Predict(0)}, {}}));
  Escalate(1);
  Escalate(8);  // a full request behind it
  ASSERT_EQ(requests_.size(), 3U);
  EXPECT_EQ(In(requests_[2]).size(), 8U);
  agent_->OnReply(Wrap(requests_[1], {{Predict(1)}, {}}));
  Pass(kDeadline);
  EXPECT_EQ(agent_->pending(), 0U);
  requests_.clear();
  Escalate(1);
  Pass(kDeadline / 2);
  EXPECT_EQ(requests_.size(), 2U);  // doubled once, the wait still ends in time
}

// Whatever is lost, refused, repeated or late: one final result a reading, by its deadline.
TEST_F(AgentPackingTest, EveryReadingEndsOnceInEverySchedule) {
  constexpr int kReadings = 60;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    results_.clear();
    requests_.clear();
    EscalationConfig escalation{.max_pending = 24, .retry_min = Milliseconds(2)};
    if (seed % 3 == 0) escalation.budget.bytes_per_s = 4000.0F;
    if (seed % 4 == 0) escalation.budget.messages_per_s = 300.0F;
    Make(escalation);
    std::map<std::uint64_t, SteadyTime> ends_by;
    for (int i = 0; i < kReadings; ++i) {
      ends_by[static_cast<std::uint64_t>(i)] = clock_.Now() + kDeadline;
      Escalate(1);
      refuse_requests_ = random.Uniform(0.0, 1.0) < 0.05;
      if (random.Uniform(0.0, 1.0) < 0.05) agent_->OnLink(random.Uniform(0.0, 1.0) < 0.7);
      if (!requests_.empty() && random.Uniform(0.0, 1.0) < 0.6) {
        const auto which =
            static_cast<std::size_t>(random.Uniform(0.0, static_cast<double>(requests_.size())));
        const Message& request = requests_[which];
        wire::EscalationReply reply;
        for (const std::uint64_t sequence : In(request)) {
          if (random.Uniform(0.0, 1.0) < 0.7) reply.replies.push_back(Predict(sequence));
        }
        if (!reply.replies.empty()) agent_->OnReply(Wrap(request, reply));
        if (reply.replies.empty()) Reject(request, wire::RejectionReason::kOverloaded, kLinger);
      }
      Pass(Milliseconds(static_cast<int>(random.Uniform(0.0, 4.0))));
    }
    Pass(kDeadline);
    ASSERT_EQ(results_.size(), static_cast<std::size_t>(kReadings)) << "seed " << seed;
    std::set<std::uint64_t> ended;
    for (const wire::Result& result : results_) {
      EXPECT_TRUE(ended.insert(result.sequence).second) << "seed " << seed;
      EXPECT_LE(result.total_ms, result.deadline_ms) << "seed " << seed;
    }
  }
}

// Its bound is of a packet, with all that is around the windows.
TEST_F(AgentPackingTest, ARequestIsCutToWhatTheBrokerTakes) {
  Escalate(1);
  ASSERT_EQ(requests_.size(), 1U);
  const std::size_t most = wire::PacketBytes(requests_[0]) + 80;
  agent_->OnLink(true, most);
  Escalate(8);
  Pass(kLinger);
  std::set<std::uint64_t> sent;
  for (const Message& request : requests_) {
    EXPECT_LE(wire::PacketBytes(request), most);
    for (const std::uint64_t sequence : In(request)) EXPECT_TRUE(sent.insert(sequence).second);
  }
  EXPECT_EQ(sent.size(), 9U);
  EXPECT_LT(requests_.size(), 9U);
}

}  // namespace
}  // namespace biglittle
