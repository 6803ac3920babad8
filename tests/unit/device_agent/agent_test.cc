// The whole flow of a device with a fake clock and a scripted cloud: every sample gets exactly one
// final result, by its deadline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <vector>

#include "core/random.h"
#include "tests/unit/device_agent/agent_harness.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using wire::DecidedBy;
using wire::Message;
using wire::Result;

TEST_F(AgentTest, AnswersByItselfWhatItIsSureOf) {
  OnSample(TinySample(2, true));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_TRUE(requests_.empty());
  const Result& result = results_.front();
  EXPECT_EQ(result.decided_by, DecidedBy::kLittle);
  EXPECT_EQ(result.stage, wire::Stage::kFinal);
  EXPECT_EQ(result.label, "fault");
  EXPECT_EQ(result.class_index, 2);
  EXPECT_EQ(result.truth, 2);
  EXPECT_EQ(result.fleet, "plant");
  EXPECT_EQ(result.device, "pump");
  EXPECT_EQ(result.run, "run");
  EXPECT_EQ(result.sequence, 0U);
  EXPECT_EQ(result.little_digest, LoadTinyTask().little.sha256);
  EXPECT_EQ(result.big_digest, "");
}

TEST_F(AgentTest, EscalatesTheRestWithAllThatTheReplyNeeds) {
  OnSample(TinySample(1, true));
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_TRUE(results_.empty());
  const Message& request = requests_.front();
  EXPECT_EQ(request.response_topic, "biglittle/v1/plant/devices/pump/reply");
  EXPECT_THAT(request.correlation_data, testing::MatchesRegex("run/[0-9a-f]{32}"));
  EXPECT_EQ(request.content_type, wire::kProtobufContent);
  EXPECT_EQ(request.expires_at, clock_.Now() + kDeadline - kMargin);
  const auto decoded = wire::DecodeEscalationRequest(request.payload);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->task, "tiny");
  EXPECT_EQ(decoded->readings.front().time_left, kDeadline - kMargin);
  EXPECT_EQ(decoded->readings.front().window, TinySample(1, true).window);
}

TEST_F(AgentTest, TakesTheCloudsAnswer) {
  OnSample(TinySample(1, true));
  clock_.Advance(Milliseconds(20));
  agent_->OnReply(Answer(requests_.front(), 1));
  ASSERT_EQ(results_.size(), 1U);
  const Result& result = results_.front();
  EXPECT_EQ(result.decided_by, DecidedBy::kBig);
  EXPECT_EQ(result.label, "busy");
  EXPECT_EQ(result.worker, "worker-1");
  EXPECT_EQ(result.big_digest, "feed");
  EXPECT_EQ(result.little_label, "other");
  EXPECT_DOUBLE_EQ(result.total_ms, 20.0);
  EXPECT_DOUBLE_EQ(result.round_trip_ms.value(), 20.0);
  EXPECT_DOUBLE_EQ(result.cloud_queue_ms.value(), 1.5);
  EXPECT_DOUBLE_EQ(result.cloud_take_ms.value(), 0.25);
  EXPECT_FALSE(result.cloud_send_ms.has_value());  // its worker has not said
  EXPECT_EQ(agent_->pending(), 0U);
}

TEST_F(AgentTest, FallsBackToTheLittleNetBeforeTheDeadline) {
  OnSample(TinySample(0, false));
  clock_.Advance(kDeadline - kMargin - Milliseconds(1));
  agent_->OnTime();
  EXPECT_TRUE(results_.empty());
  clock_.Advance(Milliseconds(1));
  agent_->OnTime();
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().decided_by, DecidedBy::kFallback);
  EXPECT_EQ(results_.front().reason, "deadline");
  EXPECT_EQ(results_.front().label, "idle");
  EXPECT_LE(results_.front().total_ms, results_.front().deadline_ms);
}

TEST_F(AgentTest, LateAndRepeatedRepliesChangeNothing) {
  OnSample(TinySample(1, true));
  OnSample(TinySample(3, true));
  agent_->OnReply(Answer(requests_[0], 1));
  agent_->OnReply(Answer(requests_[0], 1));
  clock_.Advance(kDeadline);
  agent_->OnTime();
  agent_->OnReply(Answer(requests_[1], 3));
  EXPECT_EQ(results_.size(), 2U);
  EXPECT_EQ(agent_->counters().at("replies_repeated"), 1U);
  EXPECT_EQ(agent_->counters().at("replies_late"), 1U);
}

TEST_F(AgentTest, AReplyThatWasSeenTooLateIsAFallback) {
  OnSample(TinySample(1, true));
  clock_.Advance(kDeadline + Milliseconds(1));
  agent_->OnReply(Answer(requests_.front(), 1));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "deadline");
  EXPECT_EQ(agent_->counters().at("deadlines_missed"), 1U);
}

TEST_F(AgentTest, AnswersUnderAnotherRequestsIdAreNotTaken) {
  OnSample(TinySample(1, true));
  Message forged = Answer(requests_.front(), 2);
  forged.correlation_data = "another-run/0";
  agent_->OnReply(forged);
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(agent_->pending(), 1U);
}

TEST_F(AgentTest, GarbageAndUnknownClassesAreCountedAndLeaveTheReadingToItsDeadline) {
  OnSample(TinySample(1, true));
  Message garbage = Answer(requests_.front(), 1);
  garbage.payload = "this is no protobuf";
  agent_->OnReply(garbage);
  agent_->OnReply(Answer(requests_.front(), 4));
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(agent_->counters().at("replies_invalid"), 2U);
  clock_.Advance(kDeadline);
  agent_->OnTime();
  EXPECT_EQ(results_.size(), 1U);
}

TEST_F(AgentTest, WhatCannotBeSentFallsBackAtOnce) {
  refuse_requests_ = true;
  OnSample(TinySample(1, true));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_THAT(results_.front().reason, HasSubstr("backlog_full"));
  EXPECT_EQ(agent_->pending(), 0U);
}

TEST_F(AgentTest, MoreThanMaxPendingFallsBackAtOnce) {
  MakeAgent(EscalationConfig{.max_pending = 1});
  EXPECT_TRUE(agent_->has_room());
  OnSample(TinySample(1, true));
  EXPECT_FALSE(agent_->has_room());
  OnSample(TinySample(1, true));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "too_many_pending");
  EXPECT_EQ(results_.front().sequence, 1U);
}

TEST_F(AgentTest, ReadingsThatDoNotFitEndAsInvalid) {
  OnSample({TinyWindow({1, 2, 3}), std::nullopt});
  OnSample({TinyWindow({1, std::numeric_limits<float>::quiet_NaN(), 0, 0}), 0});
  OnSample({{DType::kUint8, {4}, std::vector<std::byte>(4)}, std::nullopt});
  OnSample({TinyWindow({3e38F, 3e38F, -3e38F, -3e38F}), 0});  // finite, but not once it is summed
  ASSERT_EQ(results_.size(), 4U);
  for (const Result& result : results_) {
    EXPECT_EQ(result.decided_by, DecidedBy::kFallback);
    EXPECT_THAT(result.reason, HasSubstr("invalid_reading"));
    EXPECT_EQ(result.class_index, kOtherClass);
    EXPECT_EQ(result.confidence, 0.0F);
  }
  EXPECT_EQ(agent_->counters().at("fell_back_invalid_reading"), 4U);
}

TEST_F(AgentTest, ADroppedReadingHasItsResultToo) {
  agent_->OnDropped(std::vector<DroppedReading>{{clock_.Now(), 3}});
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "overrun");
  EXPECT_EQ(results_.front().class_index, kOtherClass);
  EXPECT_EQ(results_.front().truth, 3);
  EXPECT_EQ(agent_->counters().at("fell_back_overrun"), 1U);
}

TEST_F(AgentTest, TheDeadlineCountsFromTheCapture) {
  const SteadyTime captured = clock_.Now();
  clock_.Advance(Milliseconds(60));
  agent_->OnSample(TinySample(1, true), captured);
  EXPECT_EQ(requests_.front().expires_at, captured + kDeadline - kMargin);
  agent_->OnSample(TinySample(2, true), captured);
  EXPECT_DOUBLE_EQ(results_.front().total_ms, 60.0);
  EXPECT_DOUBLE_EQ(results_.front().little_ms, 0.0);
}

TEST_F(AgentTest, AClassMayHaveADeadlineOfItsOwn) {
  DeviceConfig device;
  device.class_deadlines["fault"] = Milliseconds(40);
  MakeAgent(device);
  OnSample(TinySample(2, false));
  OnSample(TinySample(0, false));
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_EQ(requests_[0].expires_at, clock_.Now() + Milliseconds(40) - kMargin);
  EXPECT_EQ(requests_[1].expires_at, clock_.Now() + kDeadline - kMargin);
  clock_.Advance(Milliseconds(40) - kMargin);
  agent_->OnTime();
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_DOUBLE_EQ(results_.front().deadline_ms, 40.0);
  EXPECT_LE(results_.front().total_ms, results_.front().deadline_ms);
}

TEST(ReadingDeadlinesTest, RefusesALabelThatTheTaskDoesNotHave) {
  DeviceConfig device;
  device.id = "pump";
  device.class_deadlines["leak"] = Milliseconds(40);
  const auto deadlines = ReadingDeadlines::Make(device, LoadTinyTask());
  EXPECT_THAT(std::string(deadlines.status().message()),
              testing::AllOf(HasSubstr("'leak'"), HasSubstr("fault")));
}

TEST_F(AgentTest, AnswersNowAndRefinesLater) {
  DeviceConfig device;
  device.answer_mode = AnswerMode::kRefine;
  MakeAgent(device);
  OnSample(TinySample(0, false));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_[0].stage, wire::Stage::kProvisional);
  EXPECT_EQ(results_[0].decided_by, DecidedBy::kLittle);
  EXPECT_EQ(results_[0].label, "idle");
  agent_->OnReply(Answer(requests_.front(), 1));
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[1].stage, wire::Stage::kFinal);
  EXPECT_EQ(results_[1].sequence, results_[0].sequence);
  EXPECT_EQ(results_[1].label, "busy");
  // What is sure is final at once.
  OnSample(TinySample(2, true));
  ASSERT_EQ(results_.size(), 3U);
  EXPECT_EQ(results_[2].stage, wire::Stage::kFinal);
}

TEST_F(AgentTest, EndsWhatIsPendingWhenItStops) {
  OnSample(TinySample(1, true));
  agent_->EndAll();
  agent_->EndAll();
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().reason, "stopping");
}

constexpr std::uint64_t kSeeds = 250;

class AgentScheduleTest : public AgentTest, public testing::WithParamInterface<std::uint64_t> {};

INSTANTIATE_TEST_SUITE_P(Seeds, AgentScheduleTest,
                         testing::Range<std::uint64_t>(0, 8 * kSeeds, kSeeds));

// A cloud that answers, rejects, repeats, delays and loses as chance has it.
TEST_P(AgentScheduleTest, EverySampleGetsExactlyOneFinalResultByItsDeadline) {
  for (std::uint64_t seed = GetParam(); seed < GetParam() + kSeeds; ++seed) {
    Random random(seed);
    requests_.clear();
    results_.clear();
    EscalationConfig escalation{.max_pending = 5};
    if (seed % 3 == 1) escalation.budget.messages_per_s = 100.0F;
    if (seed % 5 == 1) escalation.max_attempts = 1;
    MakeAgent(escalation);
    constexpr std::uint64_t kSamples = 40;
    for (std::uint64_t taken = 0; taken < kSamples;) {
      refuse_requests_ = random.Below(10) == 0;
      switch (random.Below(6)) {
        case 0:
          OnSample(TinySample(static_cast<int>(random.Below(4)), random.Below(2) == 0));
          ++taken;
          break;
        case 1:
          if (!requests_.empty()) {
            const Message& request =
                requests_[static_cast<std::size_t>(random.Below(requests_.size()))];
            agent_->OnReply(Answer(request, static_cast<int>(random.Below(5))));
          }
          break;
        case 2:
          clock_.Advance(Milliseconds(random.Below(10)));
          break;
        case 3:
          agent_->OnLink(random.Below(3) != 0);
          break;
        case 4:
          if (!requests_.empty()) {
            const Message& request =
                requests_[static_cast<std::size_t>(random.Below(requests_.size()))];
            const auto reason = static_cast<wire::RejectionReason>(random.Below(5));
            agent_->OnReply(Wrap(request, {{}, wire::Rejection{reason, "no", {}}}));
          }
          break;
        default:
          break;
      }
      agent_->OnTime();
      const std::optional<SteadyTime> wake = agent_->NextWake();
      ASSERT_TRUE(agent_->pending() == 0 || wake.has_value()) << "nobody ends seed " << seed;
    }
    clock_.Advance(kDeadline);
    agent_->OnTime();
    std::set<std::uint64_t> seen;
    for (const Result& result : results_) {
      ASSERT_TRUE(seen.insert(result.sequence).second) << "twice in seed " << seed;
      // The last Advance jumps over deadlines; only then may the clock be past them.
      if (result.reason != "deadline") {
        ASSERT_LE(result.total_ms, result.deadline_ms);
      }
    }
    ASSERT_EQ(seen.size(), kSamples) << "lost in seed " << seed;
  }
}

}  // namespace
}  // namespace biglittle
