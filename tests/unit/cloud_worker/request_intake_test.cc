// A request's way in, from Receive to the batcher or to a refusal, without a broker.
#include "cloud_worker/request_intake.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/log_capture.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using wire::RejectionReason;

constexpr std::size_t kInbox = 16;
constexpr std::size_t kCapacity = 3;

class RequestIntakeTest : public testing::Test {
 protected:
  static wire::Message Asking(const std::string& device, std::vector<std::uint64_t> sequences,
                              const std::string& task = "tiny") {
    wire::EscalationRequest request{task, {}};
    for (const std::uint64_t sequence : sequences) {
      request.readings.push_back({sequence, Milliseconds(60'000), TinySample(1, true).window});
    }
    wire::Message message;
    message.topic = "biglittle/v1/plant/devices/" + device + "/escalate";
    message.response_topic = "biglittle/v1/plant/devices/" + device + "/reply";
    message.correlation_data = "run/1";
    message.payload = Encode(request);
    message.received_at = Clock::Real().Now();
    return message;
  }
  void ServeInbox() {
    inbox_.Close();
    inbox_.Serve();
  }
  std::uint64_t Counted(const std::string& name) {
    const auto counters = status_.counters();
    const auto at = counters.find(name);
    return at == counters.end() ? 0 : at->second;
  }
  wire::EscalationReply Reply(std::size_t index) {
    return wire::DecodeEscalationReply(published_.at(index).payload).value();
  }

  const wire::Topics topics_{"biglittle/v1", "plant"};
  const std::map<std::string, Task> tasks_{{"tiny", LoadTinyTask()}};
  const WorkerConfig config_{.id = "w", .device_requests_per_s = 3};
  WorkerStatus status_{topics_, "plant", "w"};
  std::vector<wire::Message> published_;
  Publisher publisher_{"w",
                       status_,
                       {.publish =
                            [this](wire::Message message) {
                              published_.push_back(std::move(message));
                              return absl::OkStatus();
                            },
                        .max_packet_bytes = [] { return wire::kMaxPacketBytes; }}};
  Responder responder_{topics_, FleetConfig{}, config_, status_, publisher_};
  WorkMonitor monitor_;
  Inbox inbox_{monitor_, Clock::Real(), kInbox,
               [this](const wire::Message& message) { requests_.Check(message); }};
  Batcher batcher_{monitor_, inbox_, Clock::Real(), {8, Milliseconds(0)}, kCapacity, 1};
  RequestIntake requests_{
      topics_, FleetConfig{}, config_, tasks_, {status_, inbox_, batcher_, responder_}};
};

TEST_F(RequestIntakeTest, WhatIsReceivedIsCheckedByWhoeverHasTimeAndQueued) {
  requests_.Receive(Asking("pump", {7, 8}));
  EXPECT_EQ(inbox_.size(), 1U);
  EXPECT_EQ(batcher_.size(), 0U);
  const Batch batch = batcher_.Next().value();
  ASSERT_EQ(batch.items.size(), 2U);
  EXPECT_EQ(batch.items.front().sequence, 7U);
  EXPECT_EQ(Counted("requests"), 1U);
  EXPECT_EQ(Counted("readings"), 2U);
  EXPECT_TRUE(published_.empty());
}

TEST_F(RequestIntakeTest, WhoAsksTooOftenIsRefusedBeforeAnythingIsDecoded) {
  for (int i = 0; i < 3; ++i) requests_.Receive(Asking("pump", {1}));
  wire::Message fourth = Asking("pump", {1});
  fourth.payload = "no protobuf";
  requests_.Receive(std::move(fourth));
  EXPECT_EQ(Counted("requests_throttled"), 1U);
  EXPECT_EQ(inbox_.size(), 3U);
  EXPECT_EQ(Reply(0).rejection->reason, RejectionReason::kOverloaded);
  EXPECT_EQ(Reply(0).rejection->retry_after, Milliseconds(1000));
}

TEST_F(RequestIntakeTest, AFullInboxRefuses) {
  for (std::size_t i = 0; i < kInbox; ++i) requests_.Receive(Asking(std::to_string(i), {1}));
  requests_.Receive(Asking("one-more", {1}));
  EXPECT_EQ(inbox_.size(), kInbox);
  EXPECT_EQ(Reply(0).rejection->detail, "the worker's inbox is full");
  wire::Message foreign;
  foreign.topic = "elsewhere";
  requests_.Receive(std::move(foreign));  // nobody to answer
  EXPECT_EQ(published_.size(), 1U);
}

TEST_F(RequestIntakeTest, WhatTheQueueHasNoRoomForIsRefusedReadingByReading) {
  requests_.Receive(Asking("pump", {1, 2, 3, 4}));
  ServeInbox();
  EXPECT_EQ(batcher_.size(), kCapacity);
  const wire::EscalationReply reply = Reply(0);
  ASSERT_EQ(reply.replies.size(), 1U);
  const auto& refused = std::get<wire::Rejection>(reply.replies[0].answer);
  EXPECT_EQ(refused.reason, RejectionReason::kOverloaded);
  EXPECT_EQ(refused.detail, "the worker's queue is full");
  EXPECT_EQ(Counted("rejected_overloaded"), 1U);
}

TEST_F(RequestIntakeTest, ARepeatIsAnsweredFromMemoryAndWhatIsUnderWayIsNotQueuedTwice) {
  requests_.Receive(Asking("pump", {1, 2}));
  Batch batch = batcher_.Next().value();
  responder_.Respond({{batch.items[0].address, {1, wire::CloudPrediction{{1, 0.5F, {}}}}}});
  requests_.Receive(Asking("pump", {1, 2}));
  ServeInbox();
  EXPECT_EQ(batcher_.size(), 0U);
  EXPECT_EQ(Counted("repeated_requests"), 2U);
  ASSERT_EQ(published_.size(), 2U);
  EXPECT_EQ(Reply(1).replies.at(0).sequence, 1U);
}

TEST_F(RequestIntakeTest, AWholeRequestIsRefusedWithItsReason) {
  requests_.Receive(Asking("pump", {1}, "weather"));
  ServeInbox();
  EXPECT_EQ(Reply(0).rejection->reason, RejectionReason::kUnknownTask);
  EXPECT_EQ(Counted("rejected_unknown_task"), 1U);
  EXPECT_EQ(Counted("readings"), 0U);
}

// The device bought three a second, and has spent more: one by asking, three by what it sent.
TEST_F(RequestIntakeTest, ARequestOfManyReadingsIsChargedForThem) {
  requests_.Receive(Asking("pump", {1, 2, 3, 4}));
  ServeInbox();
  requests_.Receive(Asking("pump", {5}));
  EXPECT_EQ(Counted("requests_throttled"), 1U);
}

TEST_F(RequestIntakeTest, PrioritiesBeyondADevicesShareAreNotGranted) {
  wire::EscalationRequest request{"tiny", {}};
  for (std::uint64_t i = 0; i < 3; ++i) {
    request.readings.push_back(
        {i, Milliseconds(60'000), TinySample(1, true).window, wire::kPrioritised});
  }
  wire::Message message = Asking("pump", {});
  message.payload = Encode(request);
  requests_.Receive(std::move(message));
  const Batch batch = batcher_.Next().value();
  for (const WorkItem& item : batch.items) EXPECT_EQ(item.priority, wire::kPrioritised);
  // A reading costs 0.9 s, of which half a second a second is granted, and one second at once.
  batcher_.Computed("tiny", 1, Milliseconds(900));
  message = Asking("valve", {});
  message.payload = Encode(request);
  requests_.Receive(std::move(message));
  static_cast<void>(batcher_.Next());
  EXPECT_EQ(Counted("priorities_not_granted"), 2U);
}

TEST_F(RequestIntakeTest, ARequestOfAnotherVersionOfTheTaskIsCountedAndSaid) {
  const LogCapture log;
  wire::EscalationRequest request{.task = "tiny",
                                  .readings = {{1, Milliseconds(80), TinyWindow({1, 2, 3})}},
                                  .features_of = "feed"};
  wire::Message message = Asking("pump", {1});
  message.payload = Encode(request);
  requests_.Receive(wire::Message(message));
  message.correlation_data = "run/2";
  requests_.Receive(std::move(message));
  ServeInbox();
  EXPECT_EQ(Reply(0).rejection->reason, RejectionReason::kUnknownTask);
  EXPECT_EQ(Counted("requests_of_other_version"), 2U);
  EXPECT_EQ(Counted("rejected_unknown_task"), 2U);
  EXPECT_EQ(log.lines(), std::vector<std::string>{
                             "w: device 'pump': the request carries features of the little net "
                             "'feed', the big net of task tiny takes windows here: the device has "
                             "another version of the task; bring the task up to date on both"});
}

}  // namespace
}  // namespace biglittle
