#include "cloud_worker/replies/responder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <variant>
#include <vector>

namespace biglittle {
namespace {

class ResponderTest : public testing::Test {
 protected:
  static std::vector<WorkItem> Items(std::initializer_list<std::uint64_t> sequences) {
    std::vector<WorkItem> items;
    for (const std::uint64_t sequence : sequences) {
      items.push_back({.address = {"pump", "r1"}, .task = "tiny", .sequence = sequence});
    }
    return items;
  }
  static std::vector<Answer> Predictions(std::initializer_list<std::uint64_t> sequences) {
    std::vector<Answer> answers;
    for (const std::uint64_t sequence : sequences) {
      answers.push_back({{"pump", "r1"}, {sequence, wire::CloudPrediction{{1, 0.5F, {}}}}});
    }
    return answers;
  }
  std::uint64_t Counted(const std::string& name) {
    const auto counters = status_.counters();
    const auto at = counters.find(name);
    return at == counters.end() ? 0 : at->second;
  }
  wire::EscalationReply LastReply() {
    return wire::DecodeEscalationReply(published_.back().payload).value();
  }

  const wire::Topics topics_{"biglittle/v1", "plant"};
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
  Responder responder_{topics_, FleetConfig{}, WorkerConfig{.id = "w"}, status_, publisher_};
};

TEST_F(ResponderTest, WhatIsUnderWayIsNotQueuedAgainAndWhatWasAnsweredIsRepeated) {
  std::vector<WorkItem> first = Items({1, 2});
  EXPECT_TRUE(responder_.TakeRepeats(first).empty());
  EXPECT_EQ(first.size(), 2U);
  responder_.Respond(Predictions({1}));
  std::vector<WorkItem> again = Items({1, 2, 3});
  std::vector<Answer> repeats = responder_.TakeRepeats(again);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.front().sequence, 3U);
  ASSERT_EQ(repeats.size(), 1U);
  EXPECT_EQ(Counted("repeated_requests"), 2U);
  responder_.Repeat(std::move(repeats));
  EXPECT_EQ(published_.size(), 2U);
  EXPECT_EQ(LastReply().replies.at(0).sequence, 1U);
  EXPECT_EQ(Counted("answered"), 1U);  // a repeat is no answer more
}

TEST_F(ResponderTest, WhatWasRefusedGetsAnotherChance) {
  std::vector<WorkItem> items = Items({1});
  EXPECT_TRUE(responder_.TakeRepeats(items).empty());
  responder_.RefuseReadings(
      "pump", RefuseAll(Items({1}), {wire::RejectionReason::kOverloaded, "full", {}}));
  EXPECT_EQ(Counted("rejected_overloaded"), 1U);
  EXPECT_EQ(published_.size(), 1U);
  items = Items({1});
  EXPECT_TRUE(responder_.TakeRepeats(items).empty());
  EXPECT_EQ(items.size(), 1U);
}

TEST_F(ResponderTest, RefusalsBeyondADevicesBudgetAreCountedAndNotSent) {
  for (int i = 0; i < 1200; ++i) {
    responder_.RefuseRequest({"flood", ""}, {wire::RejectionReason::kInvalid, "bad", {}});
  }
  EXPECT_EQ(Counted("rejected_invalid"), 1200U);
  EXPECT_EQ(published_.size() + Counted("refusals_withheld"), 1200U);
  EXPECT_GE(published_.size(), 1000U);
  EXPECT_GT(Counted("refusals_withheld"), 0U);
  const std::size_t before = published_.size();
  responder_.RefuseReadings("flood", {});
  EXPECT_EQ(published_.size(), before);
  responder_.RefuseRequest({"valve", "r9"}, {wire::RejectionReason::kInvalid, "bad", {}});
  EXPECT_EQ(published_.size(), before + 1);
  EXPECT_EQ(LastReply().rejection->detail, "bad");
}

TEST_F(ResponderTest, AReplySaysWhatSendingTheOneBeforeTook) {
  const SteadyTime begun(Milliseconds(1000));
  responder_.Respond(Predictions({1}), begun);
  EXPECT_FALSE(LastReply().previous_send_time.has_value());
  responder_.OnHandedOver(wire::Message{}, begun);  // none of a net
  EXPECT_EQ(published_.back().begun_at, begun);
  responder_.OnHandedOver(published_.back(), begun + std::chrono::microseconds(42));
  responder_.Respond(Predictions({2}), begun);
  EXPECT_EQ(LastReply().previous_send_time, std::chrono::microseconds(42));
}

}  // namespace
}  // namespace biglittle
