#include "device_agent/escalation/round_trip.h"

#include <gtest/gtest.h>

#include "device_agent/escalation/time_gate.h"

namespace biglittle {
namespace {

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

TEST(RoundTripTest, KnowsNoQuantileOfTooFew) {
  RoundTrip trips({});
  for (std::size_t i = 1; i < RoundTrip::kLeastObservations; ++i) {
    trips.Answered(Milliseconds(10), 1, At(0));
    EXPECT_EQ(trips.Quantile(At(0)), std::nullopt);
  }
  trips.Answered(Milliseconds(10), 1, At(0));
  EXPECT_EQ(trips.Quantile(At(0)), Milliseconds(10));
}

TEST(RoundTripTest, TheQuantileIsTheNearestRank) {
  RoundTrip trips({.quantile = 0.9});
  for (int i = 10; i >= 1; --i) trips.Answered(Milliseconds(i), 1, At(0));
  EXPECT_EQ(trips.Quantile(At(0)), Milliseconds(9));
}

TEST(RoundTripTest, AnAnswerThatDidNotComeCountsTwiceItsWait) {
  RoundTrip trips({.quantile = 0.5});
  for (int i = 0; i < 5; ++i) trips.Unanswered(Milliseconds(100), At(0));
  EXPECT_EQ(trips.Quantile(At(0)), Milliseconds(200));
  trips.Forget();
  EXPECT_EQ(trips.Quantile(At(0)), std::nullopt);
}

TEST(RoundTripTest, AnAnswerShowsThatTheWayIsFreeAgain) {
  RoundTrip trips({.quantile = 0.9});
  for (int i = 0; i < 5; ++i) trips.Answered(Milliseconds(10), 1, At(0));
  for (int i = 0; i < 50; ++i) trips.Unanswered(Milliseconds(100), At(1));
  EXPECT_EQ(trips.Quantile(At(1)), Milliseconds(200));
  trips.Answered(Milliseconds(12), 1, At(2));
  EXPECT_EQ(trips.Quantile(At(2)), Milliseconds(12));
}

TEST(RoundTripTest, ForgetsWhatIsOldAndWhatIsTooMuch) {
  RoundTrip trips({.quantile = 1.0, .memory = Milliseconds(1000)});
  trips.Answered(Milliseconds(500), 1, At(0));
  for (int i = 0; i < 5; ++i) trips.Answered(Milliseconds(10), 1, At(900));
  EXPECT_EQ(trips.Quantile(At(1000)), Milliseconds(500));
  EXPECT_EQ(trips.Quantile(At(1001)), Milliseconds(10));
  trips.Answered(Milliseconds(700), 1, At(1001));
  for (std::size_t i = 0; i < RoundTrip::kMaxObservations; ++i) {
    trips.Answered(Milliseconds(20), 1, At(1002));
  }
  EXPECT_EQ(trips.Quantile(At(1002)), Milliseconds(20));
}

TEST(RoundTripTest, TheRetryFollowsTheRoundTripWithinItsBounds) {
  RoundTrip trips({.retry_min = Milliseconds(20), .retry_max = Milliseconds(1000)});
  EXPECT_EQ(trips.RetryTimeout(1, Milliseconds(70)), Milliseconds(70));
  EXPECT_EQ(trips.RetryTimeout(1, Milliseconds(7)), Milliseconds(20));
  trips.Answered(Milliseconds(40), 1, At(0));
  EXPECT_EQ(trips.RetryTimeout(1, Milliseconds(70)), Milliseconds(40 + 4 * 20));
  EXPECT_EQ(trips.RetryTimeout(2, Milliseconds(70)), Milliseconds(240));
  EXPECT_EQ(trips.RetryTimeout(3, Milliseconds(70)), Milliseconds(480));
  EXPECT_EQ(trips.RetryTimeout(60, Milliseconds(70)), Milliseconds(1000));
  // Steady answers bring the deviation down to nothing.
  for (int i = 0; i < 100; ++i) trips.Answered(Milliseconds(40), 1, At(0));
  EXPECT_LT(trips.RetryTimeout(1, Milliseconds(70)), Milliseconds(41));
}

TEST(RoundTripTest, AsksLessOftenWhileAnswersStayOut) {
  RoundTrip trips({});
  trips.Answered(Milliseconds(20), 1, At(0));
  trips.Unanswered(Milliseconds(500), At(0));
  trips.Unanswered(Milliseconds(500), At(0));
  EXPECT_EQ(trips.RetryTimeout(1, {}), Milliseconds(4 * 60));
  trips.Answered(Milliseconds(20), 2, At(0));  // of one of two: says nothing
  EXPECT_EQ(trips.RetryTimeout(1, {}), Milliseconds(4 * 60));
  trips.Answered(Milliseconds(20), 1, At(0));
  EXPECT_LT(trips.RetryTimeout(1, {}), Milliseconds(60));
}

TEST(RoundTripTest, AnAnswerToOneOfSeveralRequestsLeavesTheRetryAlone) {
  RoundTrip trips({});
  trips.Answered(Milliseconds(100), 1, At(0));
  const auto before = trips.RetryTimeout(1, {});
  trips.Answered(Milliseconds(900), 2, At(0));
  EXPECT_EQ(trips.RetryTimeout(1, {}), before);
}

constexpr Milliseconds kDeadline{500};

TEST(TimeGateTest, IsOpenWhileNothingIsKnown) {
  TimeGate gate(0.2, Milliseconds(1000));
  EXPECT_TRUE(gate.Admit(kDeadline, Milliseconds(1), std::nullopt, At(0)));
}

TEST(TimeGateTest, OpensAgainOnlyWithSomethingToSpare) {
  TimeGate gate(0.2, Milliseconds(1000));
  EXPECT_TRUE(gate.Admit(kDeadline, Milliseconds(400), Milliseconds(400), At(0)));
  EXPECT_FALSE(gate.Admit(kDeadline, Milliseconds(400), Milliseconds(401), At(1)));
  EXPECT_FALSE(gate.Admit(kDeadline, Milliseconds(400), Milliseconds(399), At(2)));
  EXPECT_FALSE(gate.Admit(kDeadline, Milliseconds(400), Milliseconds(340), At(3)));
  EXPECT_TRUE(gate.Admit(kDeadline, Milliseconds(400), Milliseconds(330), At(4)));
  EXPECT_TRUE(gate.Admit(kDeadline, Milliseconds(400), Milliseconds(399), At(5)));
}

TEST(TimeGateTest, LetsOneThroughNowAndThen) {
  TimeGate gate(0.2, Milliseconds(1000));
  int passed = 0;
  for (int now = 0; now <= 5000; now += 10) {
    if (gate.Admit(kDeadline, Milliseconds(100), Milliseconds(900), At(now))) ++passed;
  }
  EXPECT_EQ(passed, 5);
}

TEST(TimeGateTest, ReadingsOfAnotherDeadlineHaveTheirOwn) {
  TimeGate gate(0.2, Milliseconds(1000));
  EXPECT_FALSE(gate.Admit(Milliseconds(50), Milliseconds(45), Milliseconds(100), At(0)));
  EXPECT_TRUE(gate.Admit(kDeadline, Milliseconds(110), Milliseconds(100), At(0)));
  EXPECT_FALSE(gate.Admit(Milliseconds(50), Milliseconds(45), Milliseconds(44), At(0)));
}

}  // namespace
}  // namespace biglittle
