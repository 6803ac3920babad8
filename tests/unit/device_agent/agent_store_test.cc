// Results that must not be lost: kept until the broker has them, across connections and runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/random.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/agent_harness.h"

namespace biglittle {
namespace {

using testing::ElementsAre;

const Milliseconds kKeep = StoreConfig{}.keep;

class AgentStoreTest : public AgentTest {
 protected:
  AgentStoreTest() { Start(); }

  // Kills the agent that runs, if there is one, and starts the next.
  void Start(StoreConfig config = {}) {
    agent_.reset();
    tags_.clear();
    auto store = ResultStore::Open(folder_.path() / "pump.sqlite",
                                   {config.max_bytes, config.max_age}, clock_);
    ASSERT_TRUE(store.ok()) << store.status();
    DeviceConfig device;
    device.store = config;
    device.answer_mode = mode_;
    MakeAgent(device, LoadTinyTask(), *std::move(store), "run-" + std::to_string(++runs_));
  }
  void Deliver() {
    for (const std::uint64_t tag : std::exchange(tags_, {}))
      agent_->OnDelivered(tag, wire::Delivery::kTaken);
  }
  void Pass(Milliseconds time) {
    for (Milliseconds passed{0}; passed < time; passed += Milliseconds(10)) {
      clock_.Advance(Milliseconds(10));
      agent_->OnTime();
    }
  }
  std::vector<std::uint64_t> Sequences() const {
    std::vector<std::uint64_t> sequences;
    for (const wire::Result& result : results_) sequences.push_back(result.sequence);
    return sequences;
  }

  TemporaryFolder folder_;
  AnswerMode mode_ = AnswerMode::kWait;
  int runs_ = 0;
};

TEST_F(AgentStoreTest, WhatTheBrokerHasIsForgotten) {
  OnSample(TinySample(2, true));
  EXPECT_EQ(agent_->counters().at("store_rows"), 1U);
  EXPECT_FALSE(results_.front().resent);
  Deliver();
  EXPECT_EQ(agent_->outlet().undelivered(), 0U);
  // However long: the broker may have died right after its acknowledgement.
  Pass(10 * kKeep);
  EXPECT_EQ(agent_->counters().at("store_rows"), 1U);
  OnSample(TinySample(2, true));
  Deliver();
  Pass(Milliseconds(300));
  EXPECT_EQ(agent_->counters().at("store_rows"), 1U);
  EXPECT_EQ(results_.size(), 2U);
}

TEST_F(AgentStoreTest, WhatHappensOfflineIsSentInOrderAfterwardsAndMarked) {
  agent_->OnLink(false);
  for (int i = 0; i < 5; ++i) OnSample(TinySample(2, true));
  Pass(Milliseconds(100));
  EXPECT_TRUE(results_.empty());
  EXPECT_EQ(agent_->outlet().undelivered(), 5U);
  agent_->OnLink(true);
  Pass(Milliseconds(100));
  EXPECT_THAT(Sequences(), ElementsAre(0, 1, 2, 3, 4));
  for (const wire::Result& result : results_) EXPECT_TRUE(result.resent);
  Deliver();
  agent_->outlet().Flush();
  EXPECT_EQ(results_.size(), 5U);
  EXPECT_EQ(agent_->counters().at("store_rows"), 0U);
}

TEST_F(AgentStoreTest, NewResultsDoNotWaitForOldOnes) {
  Start({.resend_per_s = 10});
  agent_->OnLink(false);
  for (int i = 0; i < 20; ++i) OnSample(TinySample(2, true));
  agent_->OnLink(true);
  OnSample(TinySample(2, true));
  ASSERT_FALSE(results_.empty());
  EXPECT_EQ(results_.front().sequence, 20U);
  EXPECT_FALSE(results_.front().resent);
  Pass(Milliseconds(1000));
  EXPECT_GE(results_.size(), 10U);
  EXPECT_LE(results_.size(), 13U);  // ten a second
}

TEST_F(AgentStoreTest, AKilledAgentGoesOnWhereItWas) {
  OnSample(TinySample(2, true));
  Deliver();
  agent_->OnTime();
  agent_->outlet().Flush();
  agent_->OnLink(false);
  OnSample(TinySample(0, true));  // answered, not delivered
  OnSample(TinySample(1, true));  // to be escalated, open
  results_.clear();
  clock_.Advance(std::chrono::seconds(7));
  Start();
  EXPECT_EQ(agent_->next_sequence(), 3U);
  Pass(Milliseconds(100));
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[0].sequence, 1U);
  EXPECT_EQ(results_[0].run, "run-1");
  EXPECT_EQ(results_[0].decided_by, wire::DecidedBy::kLittle);
  EXPECT_EQ(results_[1].sequence, 2U);
  EXPECT_EQ(results_[1].run, "run-1");
  EXPECT_EQ(results_[1].reason, "restarted");
  EXPECT_TRUE(results_[1].resent);
  EXPECT_EQ(results_[1].total_ms, 7000.0);
}

// Whoever was told the time between two runs was not away for decades, and not for less than
// nothing.
TEST_F(AgentStoreTest, HowLongAKilledAgentWasAwayIsNotAskedOfTheClockOfTheDay) {
  for (const int hours : {56 * 8766, -56 * 8766, -1}) {
    OnSample(TinySample(1, true));
    results_.clear();
    clock_.Advance(std::chrono::seconds(7));
    clock_.JumpWall(std::chrono::hours(hours));
    Start();
    Pass(Milliseconds(100));
    ASSERT_EQ(results_.size(), 1U);
    EXPECT_EQ(results_[0].total_ms, 7000.0) << hours;
    Deliver();
    agent_->outlet().Flush();
  }
}

// A device that boots in 1970 and is told the time before its broker is there.
TEST_F(AgentStoreTest, WhatWasStoredBeforeTheClockWasSetIsDelivered) {
  agent_->OnLink(false);
  for (int i = 0; i < 5; ++i) OnSample(TinySample(2, true));
  clock_.JumpWall(std::chrono::hours(56 * 8766));
  Pass(std::chrono::seconds(70));
  Start();
  Pass(std::chrono::seconds(1));
  clock_.JumpWall(-std::chrono::hours(20 * 8766));
  agent_->OnLink(true);
  Pass(std::chrono::seconds(1));
  EXPECT_THAT(Sequences(), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(agent_->counters().count("store_dropped_too_old"), 0U);
}

TEST_F(AgentStoreTest, AMessageThatTheBrokerRefusedIsSentAgain) {
  OnSample(TinySample(2, true));
  agent_->OnDelivered(tags_.front(), wire::Delivery::kRefused);
  Pass(Milliseconds(1100));
  EXPECT_EQ(results_.size(), 2U);
  EXPECT_TRUE(results_[1].resent);
}

TEST_F(AgentStoreTest, WhatADyingBrokerHadAcknowledgedIsSentAgain) {
  OnSample(TinySample(2, true));
  Deliver();
  Pass(Milliseconds(500));
  agent_->OnLink(false);
  Pass(kKeep + Milliseconds(1000));  // however long it is away
  agent_->OnLink(true);
  Pass(Milliseconds(50));
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_TRUE(results_[1].resent);
  Deliver();
  agent_->outlet().Flush();
  EXPECT_EQ(agent_->counters().at("store_rows"), 0U);
}

TEST_F(AgentStoreTest, AProvisionalResultThatCameTooLateIsNotSent) {
  mode_ = AnswerMode::kRefine;
  Start();
  agent_->OnLink(false);
  OnSample(TinySample(0, false));
  Pass(kDeadline);
  agent_->OnLink(true);
  Pass(Milliseconds(100));
  ASSERT_EQ(results_.size(), 1U);
  EXPECT_EQ(results_.front().stage, wire::Stage::kFinal);
}

TEST_F(AgentStoreTest, AStoredResultThatIsTooLargeByNowStandsInNobodysWay) {
  agent_->OnLink(false);
  OnSample(TinySample(2, true));
  agent_->OnLink(true);
  result_answer_ = absl::InvalidArgumentError("over max_payload_bytes");
  Pass(Milliseconds(50));
  result_answer_ = absl::OkStatus();
  EXPECT_EQ(agent_->counters().at("results_refused"), 1U);
  agent_->OnLink(false);
  OnSample(TinySample(2, true));
  agent_->OnLink(true);
  Pass(Milliseconds(50));
  EXPECT_THAT(Sequences(), ElementsAre(1));
}

TEST_F(AgentStoreTest, DroppedReadingsAreWrittenDownTogether) {
  agent_->OnLink(false);
  agent_->OnDropped(std::vector<DroppedReading>(300, {clock_.Now(), 1}));
  EXPECT_EQ(agent_->outlet().undelivered(), 300U);
  Start();
  EXPECT_EQ(agent_->next_sequence(), 300U);
  EXPECT_EQ(agent_->outlet().undelivered(), 300U);
}

TEST_F(AgentStoreTest, WithoutRoomOnDiskResultsGoOutAllTheSame) {
  Start({.max_bytes = 100});  // no result fits
  OnSample(TinySample(2, true));
  OnSample(TinySample(1, true));
  agent_->OnReply(Answer(requests_.front(), 1));
  agent_->OnDropped(std::vector<DroppedReading>(3, {clock_.Now(), 1}));
  EXPECT_EQ(results_.size(), 5U);
  EXPECT_GT(agent_->counters().at("store_failures"), 0U);
  EXPECT_EQ(agent_->counters().at("store_rows"), 0U);
}

// The disk was full when the agent died, and is full when it comes back.
TEST_F(AgentStoreTest, WhatAnEarlierRunLeftOpenEndsThoughNothingCanBeWritten) {
  for (int i = 0; i < 40; ++i) OnSample(TinySample(1, true));
  ASSERT_EQ(agent_->counters().at("store_rows"), 40U);
  results_.clear();
  Start({.max_bytes = 100});  // no result fits
  EXPECT_EQ(agent_->counters().at("ended_after_restart"), 40U);
  ASSERT_EQ(results_.size(), 40U);
  for (const wire::Result& result : results_) EXPECT_EQ(result.reason, "restarted");
  Pass(Milliseconds(300));
  // Until the broker has them, the rows are all that a killed agent would leave.
  EXPECT_EQ(agent_->counters().at("store_rows"), 40U);
  Deliver();
  Pass(Milliseconds(300));
  EXPECT_EQ(results_.size(), 40U);
  EXPECT_EQ(agent_->counters().at("store_rows"), 0U);
}

// The loop ends the readings that were dropped, mostly none, before each that it takes.
TEST_F(AgentStoreTest, AStoreThatStaysFullIsSaidOnce) {
  Start({.max_bytes = 100});
  testing::internal::CaptureStdout();
  for (int i = 0; i < 5; ++i) {
    agent_->OnDropped({});
    OnSample(TinySample(2, true));
  }
  const std::string log = testing::internal::GetCapturedStdout();
  EXPECT_NE(log.find("cannot be written"), std::string::npos) << log;
  EXPECT_EQ(log.find("can be written again"), std::string::npos) << log;
}

TEST_F(AgentStoreTest, NoSequenceNumberIsUsedTwiceThoughNoResultFits) {
  Start({.max_bytes = 100});
  OnSample(TinySample(2, true));
  agent_->OnDropped(std::vector<DroppedReading>(3, {clock_.Now(), 1}));
  OnSample(TinySample(1, true));
  Start();
  EXPECT_EQ(agent_->next_sequence(), 5U);
  agent_->OnDropped(std::vector<DroppedReading>(3, {clock_.Now(), 1}));
  Start({.max_bytes = 100});
  agent_->OnDropped(std::vector<DroppedReading>(3, {clock_.Now(), 1}));
  Start();
  EXPECT_EQ(agent_->next_sequence(), 11U);
}

TEST_F(AgentStoreTest, ResultsThatWereNeverStoredDoNotHideThoseThatWere) {
  OnSample(TinySample(2, true));
  const std::uint64_t row = agent_->counters().at("store_bytes");
  std::filesystem::remove_all(folder_.path());
  Start({.max_bytes = row * 3 / 2});
  OnSample(TinySample(1, true));  // under way, and fills the store
  OnSample(TinySample(2, true));  // has no room
  EXPECT_GT(agent_->counters().at("store_failures"), 0U);
  agent_->OnLink(false);
  agent_->OnReply(Answer(requests_.back(), 1));
  EXPECT_EQ(agent_->outlet().undelivered(), 1U);
}

// Connections and processes end as chance has it; a consumer that drops repeats sees every reading
// once, and each in the words of one final result.
TEST_F(AgentStoreTest, NoReadingIsLostOrEndsTwiceInEverySchedule) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directories(folder_.path());
    Random random(seed);
    requests_.clear();
    results_.clear();
    mode_ = seed % 2 == 0 ? AnswerMode::kWait : AnswerMode::kRefine;
    Start();
    std::uint64_t taken = 0;
    for (int turn = 0; turn < 120; ++turn) {
      switch (random.Below(8)) {
        case 0:
        case 1:
          OnSample(TinySample(static_cast<int>(random.Below(4)), random.Below(2) == 0));
          ++taken;
          break;
        case 2:
          if (!requests_.empty()) {
            agent_->OnReply(
                Answer(requests_[static_cast<std::size_t>(random.Below(requests_.size()))], 1));
          }
          break;
        case 3:
          agent_->OnLink(random.Below(2) == 0);
          break;
        case 4:
          Deliver();
          break;
        case 5:
          if (random.Below(6) == 0) Start();
          if (random.Below(6) == 0) {
            agent_->OnDropped(std::vector<DroppedReading>(3, {clock_.Now(), 1}));
            taken += 3;
          }
          break;
        default:
          Pass(Milliseconds(random.Below(60)));
          break;
      }
      ASSERT_EQ(agent_->next_sequence(), taken) << "seed " << seed;
    }
    agent_->OnLink(true);
    for (int i = 0; i < 100; ++i) {
      Pass(Milliseconds(50));
      Deliver();
    }
    std::map<std::uint64_t, std::set<std::string>> finals;
    for (const wire::Result& result : results_) {
      if (result.stage != wire::Stage::kFinal) continue;
      finals[result.sequence].insert(result.run + result.label + result.reason);
    }
    ASSERT_EQ(finals.size(), taken) << "seed " << seed;
    for (const auto& [sequence, words] : finals) {
      ASSERT_EQ(words.size(), 1U) << "seed " << seed << " reading " << sequence;
    }
    agent_->outlet().Flush();
    ASSERT_EQ(agent_->counters().at("store_rows"), 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace biglittle
