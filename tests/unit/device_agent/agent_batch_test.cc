// Results that share messages: each is kept, delivered, refused and sent again for itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/agent_harness.h"
#include "wire/mqtt_packets.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AgentBatchTest : public AgentTest {
 protected:
  AgentBatchTest() { Start(true); }

  // Kills the agent that runs and starts the next.
  void Start(bool with_store) {
    agent_.reset();
    tags_.clear();
    DeviceConfig device;
    device.results = {.max_batch = 4, .linger = Milliseconds(20)};
    device.answer_mode = mode_;
    std::optional<ResultStore> store;
    if (with_store) {
      device.store.emplace();
      store = ResultStore::Open(folder_.path() / "pump.sqlite", {}, clock_).value();
    }
    MakeAgent(device, LoadTinyTask(), std::move(store), "run-" + std::to_string(++runs_));
  }
  void Samples(int count) {
    for (int i = 0; i < count; ++i) OnSample(TinySample(2, true));
  }
  void Answer(wire::Delivery delivery) {
    for (const std::uint64_t tag : std::exchange(tags_, {})) agent_->OnDelivered(tag, delivery);
  }
  void Pass(Milliseconds time) {
    for (Milliseconds passed{0}; passed < time; passed += Milliseconds(5)) {
      clock_.Advance(Milliseconds(5));
      agent_->OnTime();
    }
  }
  std::set<std::uint64_t> Sequences() const {
    std::set<std::uint64_t> sequences;
    for (const wire::Result& result : results_) sequences.insert(result.sequence);
    return sequences;
  }

  TemporaryFolder folder_;
  AnswerMode mode_ = AnswerMode::kWait;
  int runs_ = 0;
};

TEST_F(AgentBatchTest, OneAcknowledgementDeliversAllOfAMessage) {
  Samples(4);
  EXPECT_THAT(batches_, ElementsAre(4));
  EXPECT_EQ(agent_->outlet().undelivered(), 4U);
  ASSERT_EQ(tags_.size(), 1U);
  Answer(wire::Delivery::kTaken);
  EXPECT_EQ(agent_->outlet().undelivered(), 0U);
  agent_->outlet().Flush();
  EXPECT_EQ(agent_->counters().at("store_rows"), 0U);
}

TEST_F(AgentBatchTest, WhatWaitsIsWrittenDownAndWakesTheAgent) {
  agent_->OnTime();  // what an agent does once at its start
  Samples(3);
  EXPECT_THAT(batches_, IsEmpty());
  EXPECT_EQ(agent_->counters().at("store_rows"), 3U);
  EXPECT_EQ(agent_->NextWake(), clock_.Now() + Milliseconds(20));
  Pass(Milliseconds(20));
  EXPECT_THAT(batches_, ElementsAre(3));
}

TEST_F(AgentBatchTest, AKilledAgentsSuccessorSendsWhatWaited) {
  Samples(3);
  Start(true);
  Pass(Milliseconds(100));
  EXPECT_EQ(Sequences(), (std::set<std::uint64_t>{0, 1, 2}));
  for (const wire::Result& result : results_) EXPECT_TRUE(result.resent);
}

TEST_F(AgentBatchTest, ARefusedMessagesResultsAreSentAgainOneByOne) {
  Samples(4);
  Answer(wire::Delivery::kRefused);
  EXPECT_EQ(agent_->outlet().undelivered(), 4U);
  results_.clear();
  batches_.clear();
  Pass(Milliseconds(1500));
  EXPECT_THAT(batches_, ElementsAre(1, 1, 1, 1));
  EXPECT_EQ(Sequences(), (std::set<std::uint64_t>{0, 1, 2, 3}));
  Answer(wire::Delivery::kTaken);
  EXPECT_EQ(agent_->outlet().undelivered(), 0U);
}

TEST_F(AgentBatchTest, WhatTheSessionDoesNotTakeStaysInTheStore) {
  result_answer_ = absl::ResourceExhaustedError("the backlog is full");
  Samples(8);
  EXPECT_EQ(agent_->counters().count("results_refused"), 0U);
  EXPECT_EQ(agent_->outlet().undelivered(), 8U);
  result_answer_ = absl::OkStatus();
  Pass(Milliseconds(200));
  EXPECT_EQ(Sequences().size(), 8U);
}

TEST_F(AgentBatchTest, WithoutAStoreEachResultOfARefusedMessageIsCounted) {
  Start(false);
  result_answer_ = absl::ResourceExhaustedError("the backlog is full");
  Samples(8);
  EXPECT_EQ(agent_->counters().at("results_refused"), 8U);
  EXPECT_EQ(agent_->counters().at("outcomes"), 8U);
}

TEST_F(AgentBatchTest, AStopSendsWhatWaits) {
  for (const bool with_store : {true, false}) {
    Start(with_store);
    batches_.clear();
    Samples(3);
    EXPECT_THAT(batches_, IsEmpty());
    agent_->EndAll();
    EXPECT_THAT(batches_, ElementsAre(3));
  }
}

TEST_F(AgentBatchTest, ALostConnectionFindsNothingWaiting) {
  Samples(2);
  agent_->OnLink(false);
  EXPECT_THAT(batches_, ElementsAre(2));  // the session has it, as if it had not waited
  Samples(2);
  Pass(Milliseconds(50));
  EXPECT_THAT(batches_, ElementsAre(2));
  agent_->OnLink(true);
  Pass(Milliseconds(50));
  EXPECT_EQ(Sequences(), (std::set<std::uint64_t>{0, 1, 2, 3}));
  EXPECT_EQ(results_.size(), 4U);
}

TEST_F(AgentBatchTest, WhatWasDeliveredIsSentAgainAfterALostConnection) {
  Samples(4);
  Answer(wire::Delivery::kTaken);
  agent_->OnLink(false);
  agent_->OnLink(true);
  Pass(Milliseconds(50));
  EXPECT_EQ(results_.size(), 8U);
  EXPECT_EQ(Sequences().size(), 4U);
}

TEST_F(AgentBatchTest, AProvisionalResultComesBeforeItsFinalOne) {
  mode_ = AnswerMode::kRefine;
  Start(true);
  OnSample(TinySample(1, true));
  ASSERT_EQ(requests_.size(), 1U);
  agent_->OnReply(AgentTest::Answer(requests_.front(), 1));
  Pass(Milliseconds(20));
  EXPECT_THAT(batches_, ElementsAre(2));
  ASSERT_EQ(results_.size(), 2U);
  EXPECT_EQ(results_[0].stage, wire::Stage::kProvisional);
  EXPECT_EQ(results_[1].stage, wire::Stage::kFinal);
  EXPECT_EQ(results_[1].decided_by, wire::DecidedBy::kBig);
}

// A fallback that is decided just before its deadline has no time to wait.
TEST_F(AgentBatchTest, AReadingThatEndsAtItsDeadlineIsPublishedByIt) {
  OnSample(TinySample(1, true));
  const SteadyTime begin = clock_.Now();
  Samples(1);
  while (results_.size() < 2) Pass(Milliseconds(5));
  EXPECT_LE(clock_.Now() - begin, kDeadline);
}

// Taken before the broker had said how much it takes, and given back.
TEST_F(AgentBatchTest, WhatIsTooLargeForTheBrokerGoesInParts) {
  for (const bool with_store : {true, false}) {
    Start(with_store);
    results_.clear();
    Samples(4);
    ASSERT_EQ(tags_.size(), 1U);
    wire::Message message;
    message.topic = "biglittle/v1/plant/devices/pump/result";
    message.content_type = wire::kJsonLinesContent;
    message.tag = std::exchange(tags_, {}).front();
    for (const wire::Result& result : results_) message.payload += Encode(result) + "\n";
    const std::set<std::uint64_t> all = Sequences();
    agent_->OnLink(true, wire::PacketBytes(message) * 3 / 4);
    results_.clear();
    batches_.clear();
    agent_->OnTooLarge(message);
    EXPECT_THAT(batches_, ElementsAre(2, 2)) << with_store;
    EXPECT_EQ(Sequences(), all);
    Answer(wire::Delivery::kTaken);
    EXPECT_EQ(agent_->outlet().undelivered(), 0U);
    EXPECT_EQ(agent_->outlet().unsent(), 0U);
  }
}

// Nothing of it can be cut: with a store it waits for a better broker, without one it is counted.
TEST_F(AgentBatchTest, AResultThatIsTooLargeForTheBrokerIsNotThrownAwayFromTheStore) {
  agent_->OnLink(false);
  Samples(1);
  agent_->OnLink(true, 64);
  agent_->OnTime();
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_EQ(agent_->outlet().undelivered(), 1U);
  EXPECT_EQ(Counted("results_refused"), 1U);
  agent_->OnLink(false);
  agent_->OnLink(true);
  Pass(Milliseconds(5000));
  EXPECT_EQ(results_.size(), 1U);
}

}  // namespace
}  // namespace biglittle
