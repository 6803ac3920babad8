#include "wire/mqtt/outbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "wire/mqtt_packets.h"

namespace biglittle::wire {
namespace {

constexpr SteadyTime kNow{std::chrono::hours(1)};

Message Named(const std::string& payload, std::optional<SteadyTime> expires_at = {}) {
  Message message;
  message.topic = "t";
  message.payload = payload;
  message.expires_at = expires_at;
  return message;
}

// All that can be sent now, in order.
std::vector<std::string> TakeAll(Outbox& outbox) {
  std::vector<std::string> payloads;
  while (outbox.CanTake()) {
    if (const auto ready = outbox.Take(kNow)) payloads.push_back(ready->message->payload);
  }
  return payloads;
}

TEST(OutboxTest, KeepsAMessageUntilItIsAcknowledgedOnce) {
  Outbox outbox(10, 10);
  ASSERT_TRUE(outbox.Push(Named("a")));
  const auto ready = outbox.Take(kNow);
  ASSERT_TRUE(ready.has_value());
  EXPECT_EQ(ready->message->payload, "a");
  EXPECT_EQ(ready->message->topic, "t");
  EXPECT_EQ(outbox.size(), 1U);
  EXPECT_TRUE(outbox.Acknowledge(ready->id));
  EXPECT_FALSE(outbox.Acknowledge(ready->id));
  EXPECT_FALSE(outbox.Refuse(ready->id));
  EXPECT_EQ(outbox.size(), 0U);
  EXPECT_EQ(outbox.counters().acknowledged, 1U);
}

TEST(OutboxTest, RefusesBeyondItsCapacityWhateverIsOnItsWay) {
  Outbox outbox(2, 1);
  ASSERT_TRUE(outbox.Push(Named("a")));
  ASSERT_TRUE(outbox.Take(kNow).has_value());
  ASSERT_TRUE(outbox.Push(Named("b")));
  EXPECT_FALSE(outbox.Push(Named("c")));
  EXPECT_EQ(outbox.size(), 2U);
}

TEST(OutboxTest, SendsNoMoreThanItsWindow) {
  Outbox outbox(10, 2);
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(outbox.Push(Named(name)));
  const auto first = outbox.Take(kNow);
  ASSERT_TRUE(outbox.Take(kNow).has_value());
  EXPECT_FALSE(outbox.CanTake());
  EXPECT_FALSE(outbox.Take(kNow).has_value());
  EXPECT_TRUE(outbox.Refuse(first->id));
  EXPECT_TRUE(outbox.CanTake());
}

TEST(OutboxTest, AfterALossWhatWasSentComesFirstInItsOrder) {
  Outbox outbox(10, 3);
  for (const char* name : {"a", "b", "c", "d"}) ASSERT_TRUE(outbox.Push(Named(name)));
  const auto a = outbox.Take(kNow);
  ASSERT_TRUE(outbox.Take(kNow) && outbox.Take(kNow));
  EXPECT_TRUE(outbox.Acknowledge(a->id));
  outbox.Requeue();
  ASSERT_TRUE(outbox.Push(Named("e")));
  Outbox wide = std::move(outbox);
  EXPECT_THAT(TakeAll(wide), testing::ElementsAre("b", "c", "d"));
  EXPECT_EQ(wide.counters().republished, 2U);
  EXPECT_EQ(wide.counters().published, 6U);
}

TEST(OutboxTest, ABirthComesFirstAndIsNotSentToTheNextConnection) {
  Outbox outbox(1, 10);
  ASSERT_TRUE(outbox.Push(Named("a")));
  outbox.PushBirth(Named("birth 1"));
  EXPECT_THAT(TakeAll(outbox), testing::ElementsAre("birth 1", "a"));
  outbox.Requeue();
  outbox.PushBirth(Named("birth 2"));
  outbox.Requeue();
  outbox.PushBirth(Named("birth 3"));
  EXPECT_THAT(TakeAll(outbox), testing::ElementsAre("birth 3", "a"));
}

TEST(OutboxTest, DropsAndCountsWhatHasExpired) {
  Outbox outbox(10, 10);
  ASSERT_TRUE(outbox.Push(Named("now", kNow)));
  ASSERT_TRUE(outbox.Push(Named("later", kNow + Milliseconds(1))));
  EXPECT_THAT(TakeAll(outbox), testing::ElementsAre("later"));
  EXPECT_EQ(outbox.counters().expired, 1U);
  EXPECT_EQ(outbox.size(), 1U);
}

TEST(OutboxTest, AWindowThatShrinksStopsWhatIsNotSentYet) {
  Outbox outbox(10, 3);
  for (const char* name : {"a", "b", "c", "d"}) ASSERT_TRUE(outbox.Push(Named(name)));
  const auto a = outbox.Take(kNow);
  const auto b = outbox.Take(kNow);
  outbox.SetWindow(1);
  EXPECT_FALSE(outbox.CanTake());
  EXPECT_TRUE(outbox.Acknowledge(a->id));
  EXPECT_FALSE(outbox.CanTake());
  EXPECT_TRUE(outbox.Acknowledge(b->id));
  EXPECT_TRUE(outbox.CanTake());
}

TEST(OutboxTest, WhatIsTooLargeIsTakenOutAndTheOthersStay) {
  Outbox outbox(10, 10);
  const std::string large(1000, 'x');
  for (const std::string& payload : {std::string("a"), large, std::string("b")}) {
    ASSERT_TRUE(outbox.Push(Named(payload)));
  }
  const std::size_t bytes = PacketBytes(Named(large));
  EXPECT_TRUE(outbox.TakeLargerThan(bytes).empty());
  const std::vector<SharedMessage> taken = outbox.TakeLargerThan(bytes - 1);
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0]->payload, large);
  EXPECT_EQ(outbox.size(), 2U);
  EXPECT_THAT(TakeAll(outbox), testing::ElementsAre("a", "b"));
}

TEST(OutboxTest, KnowsTheLargestThatWasSent) {
  Outbox outbox(10, 2);
  EXPECT_EQ(outbox.LargestSent(), 0U);
  for (const char* name : {"aa", "a", "aaa"}) ASSERT_TRUE(outbox.Push(Named(name)));
  ASSERT_TRUE(outbox.Take(kNow) && outbox.Take(kNow));
  EXPECT_EQ(outbox.LargestSent(), PacketBytes(Named("aa")));
}

}  // namespace
}  // namespace biglittle::wire
