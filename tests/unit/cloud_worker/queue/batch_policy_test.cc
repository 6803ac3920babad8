#include "cloud_worker/queue/batch_policy.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

constexpr BatchLimits kLimits{4, Milliseconds(10)};
constexpr double kMany = 100;  // companions

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

QueueView Waiting(std::size_t count, int oldest_ms, double companions = kMany) {
  return {.waiting = count, .oldest_arrival = At(oldest_ms), .companions = companions};
}

void ExpectDispatch(const BatchDecision& decision, std::size_t count) {
  ASSERT_TRUE(std::holds_alternative<Dispatch>(decision));
  EXPECT_EQ(std::get<Dispatch>(decision).count, count);
}

void ExpectWait(const BatchDecision& decision, SteadyTime until) {
  ASSERT_TRUE(std::holds_alternative<WaitUntil>(decision));
  EXPECT_EQ(std::get<WaitUntil>(decision).at, until);
}

TEST(BatchPolicyTest, NothingWaitsNothingHappens) {
  EXPECT_TRUE(std::holds_alternative<Idle>(DecideBatch({}, kLimits, At(5))));
}

TEST(BatchPolicyTest, ALoneRequestWaitsAtMostTheDelay) {
  ExpectWait(DecideBatch(Waiting(1, 100), kLimits, At(109)), At(110));
  ExpectDispatch(DecideBatch(Waiting(1, 100), kLimits, At(110)), 1);
}

TEST(BatchPolicyTest, AFullBatchGoesAtOnceAndIsNeverLarger) {
  for (const std::size_t waiting : {4U, 5U, 1000U}) {
    ExpectDispatch(DecideBatch(Waiting(waiting, 100), kLimits, At(100)), 4);
  }
}

TEST(BatchPolicyTest, WithoutADelayNothingWaits) {
  ExpectDispatch(DecideBatch(Waiting(2, 100), {4, Milliseconds(0)}, At(100)), 2);
}

TEST(BatchPolicyTest, UnderLightLoadNothingWaits) {
  for (const double companions : {0.0, 0.5, 1.0}) {
    ExpectDispatch(DecideBatch(Waiting(1, 100, companions), kLimits, At(100)), 1);
  }
  ExpectWait(DecideBatch(Waiting(1, 100, 1.5), kLimits, At(100)), At(105));
  ExpectWait(DecideBatch(Waiting(1, 100, 2.0), kLimits, At(100)), At(110));
}

// One device that asks again as soon as it is answered looks like a dense stream, and waiting for
// its next reading is waiting in vain.
TEST(BatchPolicyTest, WaitsNoLongerThanTheNetTakesForTwo) {
  QueueView view = Waiting(1, 100);
  view.compute_time = Milliseconds(3);
  ExpectWait(DecideBatch(view, kLimits, At(105)), At(106));
  ExpectDispatch(DecideBatch(view, kLimits, At(106)), 1);
  view.compute_time = Milliseconds(30);
  ExpectWait(DecideBatch(view, kLimits, At(109)), At(110));
}

TEST(BatchPolicyTest, DoesNotWaitForCompanionsPastTheEarliestDeadline) {
  QueueView view = Waiting(2, 100);
  view.earliest_expiry = At(108);
  view.compute_time = Milliseconds(3);
  ExpectWait(DecideBatch(view, kLimits, At(104)), At(105));
  ExpectDispatch(DecideBatch(view, kLimits, At(105)), 2);
  view.compute_time = Milliseconds(50);  // already too late to be sure: at once
  ExpectDispatch(DecideBatch(view, kLimits, At(100)), 2);
}

TEST(BatchPolicyTest, PrioritisedFirstThenTheEarliestDeadlineThenTheFirstCome) {
  const Urgency normal_soon{0, At(10), 1};
  const Urgency normal_late{0, At(20), 0};
  const Urgency prioritised{1, At(30), 2};
  const Urgency prioritised_later{1, At(30), 3};
  EXPECT_TRUE(MoreUrgent(prioritised, normal_soon));
  EXPECT_TRUE(MoreUrgent(normal_soon, normal_late));
  EXPECT_TRUE(MoreUrgent(prioritised, prioritised_later));
  EXPECT_FALSE(MoreUrgent(prioritised, prioritised));
  EXPECT_FALSE(MoreUrgent(normal_late, prioritised_later));
}

}  // namespace
}  // namespace biglittle
