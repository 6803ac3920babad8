// Results on their way to those who want them, over a real broker and over one that is none.
#include <gtest/gtest.h>

#include <string>

#include "device_agent/agent.h"
#include "tests/fakes/raw_broker.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle {
namespace {

TEST(ResultsTest, ResultsInBatchesArriveOnceEach) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.devices = 2,
                                  .readings = 300,
                                  .device_keys = "    results: {max_batch: 16, linger_ms: 50}\n"});
  fleet.Observe();
  fleet.StartWorker();
  fleet.AwaitWorker();
  for (int i = 1; i <= 2; ++i) fleet.StartDevice(i);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().finals(), 600U);
  EXPECT_EQ(fleet.tally().duplicates(), 0U);
  EXPECT_EQ(fleet.tally().little(), 300U);
  EXPECT_EQ(fleet.tally().big(), 300U);
  EXPECT_DOUBLE_EQ(fleet.tally().accuracy(), 1.0);
  EXPECT_GT(fleet.observer().batches(), 0U);
}

// A consumer drops what it has twice; nothing is missing.
TEST(ResultsTest, ABrokerThatDiesCostsNoResultOfABatch) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.readings = 600,
                                  .device_keys = "    results: {max_batch: 16, linger_ms: 50}\n"
                                                 "    store: {folder: stored}\n"});
  fleet.Observe();
  ChildProcess& device = fleet.StartDevice(1);
  ASSERT_TRUE(fleet.TakeUntil([&] { return fleet.tally().finals() > 100; }));
  broker.Kill();
  broker.Restart();
  // Halted until somebody listens again: results are not retained.
  device.Signal(SIGSTOP);
  fleet.Observe();
  device.Signal(SIGCONT);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().finals(), 600U);
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
}

// The connection stands, but nothing is ever acknowledged.
class SilentBrokerTest : public testing::TestWithParam<std::size_t> {
 protected:
  static constexpr std::size_t kBacklog = 20;

  void Connect() {
    wire::MqttSession::Options options;
    options.broker.port = broker_.port();
    options.broker.max_backlog_messages = kBacklog;
    options.client_id = "pump";
    session_.emplace(std::move(options));
    session_->Start();
    broker_.Accept();
    ASSERT_TRUE(broker_.Receive(20).has_value());
    broker_.Send(std::string("\x20\x03\x00\x00\x00", 5));  // CONNACK, without limits
    ASSERT_TRUE(session_->WaitConnected(TestFleet::Soon()));
  }

  RawBroker broker_;
  std::optional<wire::MqttSession> session_;
};

TEST_P(SilentBrokerTest, StallsNoReading) {
  constexpr std::size_t kReadings = 1000;
  ASSERT_NO_FATAL_FAILURE(Connect());
  const Task task = LoadTinyTask();
  FleetConfig fleet;
  fleet.fleet = "test";
  DeviceConfig device;
  device.id = "pump";
  device.results.max_batch = GetParam();
  Agent agent(
      fleet, device,
      {task, LocalClassifier::Load(task, device.escalation).value(),
       ReadingDeadlines::Make(device, task).value(), std::nullopt},
      "run", [this](wire::Message message) { return session_->Publish(std::move(message)); },
      Clock::Real());
  agent.OnLink(true);
  for (std::size_t i = 0; i < kReadings; ++i) {
    agent.OnSample(TinySample(2, true), Clock::Real().Now());
    agent.OnTime();
    EXPECT_LE(session_->backlog(), kBacklog);
  }
  agent.EndAll();
  const auto counters = agent.counters();
  EXPECT_EQ(counters.at("outcomes"), kReadings);
  EXPECT_EQ(counters.at("decided_by_little"), kReadings);
  const std::uint64_t refused = session_->counters().refused_backlog_full;
  EXPECT_GT(refused, 0U);
  // Each result is either in a message that waits or counted as lost.
  EXPECT_GE(counters.at("results_refused"), kReadings - kBacklog * GetParam());
  EXPECT_LE(counters.at("results_refused"), refused * GetParam());
  session_->Stop();
}

INSTANTIATE_TEST_SUITE_P(AloneAndInBatches, SilentBrokerTest, testing::Values(1, 8));

}  // namespace
}  // namespace biglittle
