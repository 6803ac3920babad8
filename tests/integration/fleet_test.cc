// Devices and a worker as processes over a real broker, in good days and bad ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"
#include "wire/messages/escalation.h"
#include "wire/topics.h"

namespace biglittle {
namespace {

using std::chrono::steady_clock;

TEST(FleetTest, EveryReadingGetsItsAnswerFromWhoKnowsIt) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.devices = 3});
  fleet.Observe();
  ChildProcess& worker = fleet.StartWorker();
  fleet.AwaitWorker();
  for (int i = 1; i <= 3; ++i) fleet.StartDevice(i);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().finals(), 600U);
  EXPECT_EQ(fleet.tally().duplicates(), 0U);
  EXPECT_EQ(fleet.tally().little(), 300U);
  EXPECT_EQ(fleet.tally().big(), 300U);
  EXPECT_DOUBLE_EQ(fleet.tally().accuracy(), 1.0);
  EXPECT_DOUBLE_EQ(fleet.tally().deadline_met(), 1.0);
  ASSERT_TRUE(fleet.TakeUntil([&] { return fleet.observer().ReadingsOf("device-3").has_value(); }));
  EXPECT_EQ(fleet.observer().ReadingsOf("device-3"), 200U);
  EXPECT_EQ(worker.Terminate(Milliseconds(10000)), 0);
  EXPECT_TRUE(fleet.TakeUntil([&] { return !fleet.observer().IsOnline("worker-1"); }));
}

TEST(FleetTest, WorkersOfATemplateDivideTheRequests) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.devices = 3,
                                  .workers = 2,
                                  // Each reading is asked for once, or not answered.
                                  .device_keys = "    escalation: {max_attempts: 1}\n"});
  fleet.Observe();
  ChildProcess& one = fleet.StartWorker(1);
  ChildProcess& two = fleet.StartWorker(2);
  fleet.AwaitWorker(1);
  fleet.AwaitWorker(2);
  for (int i = 1; i <= 3; ++i) fleet.StartDevice(i);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().finals(), 600U);
  EXPECT_EQ(fleet.tally().duplicates(), 0U);
  EXPECT_EQ(fleet.tally().big(), 300U);
  EXPECT_EQ(one.Terminate(Milliseconds(10000)), 0);
  EXPECT_EQ(two.Terminate(Milliseconds(10000)), 0);
  const auto asked = [&](const char* id) { return fleet.observer().ReadingsOfWorker(id); };
  ASSERT_TRUE(fleet.TakeUntil([&] { return asked("worker-1") && asked("worker-2"); }));
  EXPECT_GT(*asked("worker-1"), 0U);
  EXPECT_GT(*asked("worker-2"), 0U);
  EXPECT_EQ(*asked("worker-1") + *asked("worker-2"), 300U);
}

TEST(FleetTest, WithoutAnyWorkerEveryReadingFallsBackByItsDeadline) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.readings = 40, .deadline_ms = 300});
  fleet.Observe();
  ChildProcess& device = fleet.StartDevice(1);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().little(), 20U);
  EXPECT_EQ(fleet.tally().fallback(), 20U);
  EXPECT_EQ(fleet.tally().fallback_reasons().at("deadline"), 20U);
  EXPECT_EQ(fleet.tally().duplicates(), 0U);
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
}

TEST(FleetTest, AWorkerKilledUnderLoadCostsAnswersButNoReading) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.devices = 2, .readings = 400, .deadline_ms = 500});
  fleet.Observe();
  ChildProcess& worker = fleet.StartWorker();
  fleet.AwaitWorker();
  for (int i = 1; i <= 2; ++i) fleet.StartDevice(i);
  ASSERT_TRUE(fleet.TakeUntil([&] { return fleet.tally().big() > 50; }));
  worker.Signal(SIGKILL);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().finals(), 800U);
  EXPECT_EQ(fleet.tally().duplicates(), 0U);
  EXPECT_GT(fleet.tally().fallback(), 0U);
  EXPECT_EQ(fleet.tally().little(), 400U);
  // Its will message told everybody.
  EXPECT_TRUE(fleet.TakeUntil([&] { return !fleet.observer().IsOnline("worker-1"); }));
}

TEST(FleetTest, ADeviceStartedBeforeItsBrokerAnswersAtOnceAndDeliversLater) {
  TestBroker broker;
  const std::uint16_t port = broker.port();
  broker.Kill();
  // A wide margin: the test is not about how punctually a busy machine wakes the agent.
  TestFleet fleet(port, {.readings = 60,
                         .deadline_ms = 1000,
                         .device_keys = "    escalation: {deadline_margin_ms: 500}\n"});
  ChildProcess& device = fleet.StartDevice(1);
  // Well after the last reading's deadline: nothing of it waited for the broker.
  EXPECT_FALSE(device.WaitUntil(steady_clock::now() + std::chrono::seconds(2)).has_value());
  // Halted until somebody listens: results are not retained.
  device.Signal(SIGSTOP);
  broker.Restart();
  fleet.Observe();
  device.Signal(SIGCONT);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(fleet.tally().finals(), 60U);
  EXPECT_EQ(fleet.tally().little(), 30U);
  EXPECT_EQ(fleet.tally().fallback(), 30U);
  EXPECT_DOUBLE_EQ(fleet.tally().deadline_met(), 1.0);
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
}

TEST(FleetTest, AStoppedDeviceEndsWhatIsPendingAndSaysSo) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.readings = 100000, .deadline_ms = 60000});
  fleet.Observe();
  ChildProcess& device = fleet.StartDevice(1);  // no worker: escalations stay pending
  ASSERT_TRUE(fleet.TakeUntil([&] { return fleet.tally().finals() > 20; }));
  EXPECT_EQ(device.Terminate(Milliseconds(20000)), 0);
  ASSERT_TRUE(fleet.TakeUntil([&] { return fleet.observer().ReadingsOf("device-1").has_value(); }));
  EXPECT_TRUE(fleet.TakeUntil(
      [&] { return fleet.tally().finals() == *fleet.observer().ReadingsOf("device-1"); }));
  EXPECT_GT(fleet.tally().fallback_reasons().at("stopping"), 0U);
  EXPECT_EQ(fleet.tally().duplicates(), 0U);
}

// What a stranger may send to a worker, and what comes back.
class HostileRequestTest : public testing::Test {
 protected:
  HostileRequestTest() : fleet_(broker_.port(), {}) {
    fleet_.Observe();
    fleet_.StartWorker();
    fleet_.AwaitWorker();
    wire::MqttSession::Options options;
    options.broker = broker_.config();
    options.client_id = "stranger";
    options.subscriptions = {topics_.AllReplies()};
    options.on_message = [this](wire::Message&& message) {
      EXPECT_TRUE(replies_.TryPush(std::move(message)));
    };
    session_.emplace(std::move(options));
    session_->Start();
    EXPECT_TRUE(session_->WaitConnected(TestFleet::Soon()));
  }

  static wire::EscalationRequest Good() {
    return {"tiny", {{1, Milliseconds(10000), TinySample(3, true).window}}};
  }
  wire::Message Request(std::string payload) {
    wire::Message message;
    message.topic = topics_.Escalate("stranger");
    message.response_topic = topics_.ReplyBase("stranger");
    message.correlation_data = "id";
    message.payload = std::move(payload);
    return message;
  }
  wire::EscalationReply Ask(wire::Message message) {
    EXPECT_TRUE(session_->Publish(std::move(message)).ok());
    const auto reply = replies_.PopUntil(TestFleet::Soon());
    EXPECT_TRUE(reply.has_value());
    if (!reply) return {};
    EXPECT_EQ(reply->topic, topics_.Reply("stranger", "worker-1"));
    EXPECT_EQ(reply->correlation_data, "id");
    return wire::DecodeEscalationReply(reply->payload).value();
  }

  const wire::Topics topics_{"biglittle/v1", "test"};
  TestBroker broker_;
  TestFleet fleet_;
  BoundedQueue<wire::Message> replies_{100};
  std::optional<wire::MqttSession> session_;
};

TEST_F(HostileRequestTest, EachIsRefusedWithItsReasonAndTheWorkerServesOn) {
  using wire::RejectionReason;
  EXPECT_EQ(Ask(Request("garbage")).rejection->reason, RejectionReason::kInvalid);
  EXPECT_EQ(Ask(Request("")).rejection->reason, RejectionReason::kInvalid);

  wire::EscalationRequest unknown = Good();
  unknown.task = "weather";
  EXPECT_EQ(Ask(Request(Encode(unknown))).rejection->reason, RejectionReason::kUnknownTask);

  wire::EscalationRequest shape = Good();
  shape.readings.front().window = TinyWindow({1, 2, 3});
  const wire::EscalationReply refused = Ask(Request(Encode(shape)));
  EXPECT_EQ(std::get<wire::Rejection>(refused.replies.front().answer).reason,
            RejectionReason::kInvalid);

  wire::EscalationRequest late = Good();
  late.readings.front().time_left = Milliseconds(0);
  EXPECT_EQ(std::get<wire::Rejection>(Ask(Request(Encode(late))).replies.front().answer).reason,
            RejectionReason::kExpired);

  wire::Message stolen = Request(Encode(Good()));
  stolen.response_topic = topics_.ReplyBase("victim");
  EXPECT_EQ(Ask(std::move(stolen)).rejection->reason, RejectionReason::kInvalid);

  const wire::EscalationReply answer = Ask(Request(Encode(Good())));
  EXPECT_EQ(std::get<wire::CloudPrediction>(answer.replies.front().answer).prediction.class_index,
            3);
}

}  // namespace
}  // namespace biglittle
