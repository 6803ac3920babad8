#include "device_agent/escalation/pending_escalations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "core/random.h"

namespace biglittle {
namespace {

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

PendingEscalation Escalation(std::uint64_t sequence, int give_up_at) {
  PendingEscalation escalation;
  escalation.verdict.sequence = sequence;
  escalation.give_up_at = At(give_up_at);
  return escalation;
}

// Sent at once, in that request.
bool AddSent(PendingEscalations& pending, std::uint64_t sequence, int give_up_at,
             const std::string& request) {
  if (!pending.Add(Escalation(sequence, give_up_at))) return false;
  pending.Sent(sequence, {std::hash<std::string>{}(request), request}, At(0), std::nullopt);
  return true;
}

std::vector<std::uint64_t> Sequences(const std::vector<PendingEscalation>& escalations) {
  std::vector<std::uint64_t> sequences;
  for (const auto& escalation : escalations) sequences.push_back(escalation.verdict.sequence);
  return sequences;
}

TEST(PendingEscalationsTest, RefusesBeyondItsCapacityAndRepeatedSequences) {
  PendingEscalations pending(2);
  EXPECT_TRUE(pending.Add(Escalation(1, 10)));
  EXPECT_FALSE(pending.Add(Escalation(1, 20)));
  EXPECT_TRUE(pending.Add(Escalation(2, 10)));
  EXPECT_TRUE(pending.full());
  EXPECT_FALSE(pending.Add(Escalation(3, 10)));
  EXPECT_EQ(pending.NextExpiry(), At(10));
}

TEST(PendingEscalationsTest, GivesAnEscalationToItsOwnRequestOnceOnly) {
  PendingEscalations pending(2);
  ASSERT_TRUE(AddSent(pending, 7, 10, "mine"));
  EXPECT_EQ(pending.under_way(), 1U);
  EXPECT_FALSE(pending.Take(7, "another").has_value());
  EXPECT_FALSE(pending.Take(8, "mine").has_value());
  EXPECT_TRUE(pending.Take(7, "mine").has_value());
  EXPECT_FALSE(pending.Take(7, "mine").has_value());
  EXPECT_EQ(pending.NextExpiry(), std::nullopt);
  EXPECT_EQ(pending.under_way(), 0U);
}

TEST(PendingEscalationsTest, WhatWasNotSentBelongsToNoRequest) {
  PendingEscalations pending(2);
  ASSERT_TRUE(pending.Add(Escalation(7, 10)));
  EXPECT_EQ(pending.Find(7, ""), nullptr);
  EXPECT_THAT(pending.OfRequest(""), testing::IsEmpty());
  EXPECT_EQ(pending.under_way(), 0U);
}

TEST(PendingEscalationsTest, ExpiresWhatIsDueEarliestFirst) {
  PendingEscalations pending(8);
  ASSERT_TRUE(pending.Add(Escalation(1, 30)));
  ASSERT_TRUE(pending.Add(Escalation(2, 10)));
  ASSERT_TRUE(pending.Add(Escalation(3, 20)));
  EXPECT_THAT(Sequences(pending.TakeExpired(At(9))), testing::IsEmpty());
  EXPECT_THAT(Sequences(pending.TakeExpired(At(20))), testing::ElementsAre(2, 3));
  EXPECT_EQ(pending.NextExpiry(), At(30));
  EXPECT_THAT(Sequences(pending.TakeAll()), testing::ElementsAre(1));
}

TEST(PendingEscalationsTest, KnowsWhatBelongsToARequest) {
  PendingEscalations pending(8);
  ASSERT_TRUE(AddSent(pending, 5, 10, "a"));
  ASSERT_TRUE(AddSent(pending, 4, 20, "a"));
  ASSERT_TRUE(AddSent(pending, 6, 30, "b"));
  EXPECT_THAT(pending.OfRequest("a"), testing::ElementsAre(4, 5));
  EXPECT_THAT(pending.OfRequest("c"), testing::IsEmpty());
}

TEST(PendingEscalationsTest, IsDueAtOnceAndAgainWhenItIsTold) {
  PendingEscalations pending(8);
  ASSERT_TRUE(pending.Add(Escalation(1, 100)));
  ASSERT_EQ(pending.Due(At(0)).size(), 1U);
  pending.Sent(1, {1, "a"}, At(3), At(10));
  EXPECT_TRUE(pending.Due(At(9)).empty());
  EXPECT_EQ(pending.NextDueAfter(At(3)), At(10));
  const PendingEscalation& due = *pending.Due(At(10)).front();
  EXPECT_EQ(due.attempts, 1U);
  EXPECT_EQ(due.first_sent_at, At(3));
  pending.Sent(1, {1, "a"}, At(10), std::nullopt);
  EXPECT_EQ(due.first_sent_at, At(3));
  EXPECT_EQ(due.attempts, 2U);
  EXPECT_TRUE(pending.Due(At(99)).empty());
  EXPECT_EQ(pending.Refused(1), 1U);
  pending.Schedule(1, At(40));
  EXPECT_EQ(pending.NextDueAfter(At(10)), At(40));
  EXPECT_TRUE(pending.Take(1).has_value());
  EXPECT_EQ(pending.NextDueAfter(At(10)), std::nullopt);
  EXPECT_FALSE(pending.Take(1).has_value());
}

// Whatever the schedule: each escalation leaves exactly once, and none later than it was due.
TEST(PendingEscalationsTest, EachLeavesExactlyOnceInEverySchedule) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    PendingEscalations pending(16);
    std::vector<int> left(100, 0);
    std::vector<int> due(100, 0);
    std::uint64_t added = 0;
    for (int now = 0; now < 300; ++now) {
      for (const auto& expired : pending.TakeExpired(At(now))) ++left[expired.verdict.sequence];
      const std::uint64_t sequence = random.Below(100);
      if (random.Below(2) == 0 && added < 100) {
        due[added] = now + static_cast<int>(random.Below(30)) + 1;
        // A full table refuses, and then the reading does not wait there.
        if (!AddSent(pending, added, due[added], "r")) ++left[added];
        ++added;
      } else if (const auto taken = pending.Take(sequence, "r")) {
        ++left[sequence];
        EXPECT_GT(taken->give_up_at, At(now));
      }
    }
    for (const auto& rest : pending.TakeAll()) ++left[rest.verdict.sequence];
    for (std::uint64_t i = 0; i < added; ++i) ASSERT_EQ(left[i], 1) << "seed " << seed;
  }
}

}  // namespace
}  // namespace biglittle
