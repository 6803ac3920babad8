#include "signal/source_clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>

#include "core/random.h"

namespace biglittle {
namespace {

using std::chrono::milliseconds;
using Doubt = SourceClock::Doubt;

constexpr double kRate = 50.0;
constexpr double kPeriod = 1.0 / kRate;

SteadyTime At(double seconds) {
  return SteadyTime(std::chrono::hours(5)) +
         std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(seconds));
}
double AgeMs(const SourceClock::Taken& taken, double now) {
  return std::chrono::duration<double, std::milli>(At(now) - taken.at).count();
}

// A sensor whose samples come `delay` after they were taken, by a clock that shows `shown` then.
class SourceClockTest : public testing::Test {
 protected:
  // Not of the future, nor older than is believed, whatever comes.
  SourceClock::Taken Come(double shown, double now) {
    const SourceClock::Taken taken = clock_.Take(shown, 1, At(now));
    EXPECT_LE(taken.at, At(now));
    EXPECT_GE(taken.at, At(now) - milliseconds(100));
    return taken;
  }
  // `count` samples at an even pace, which are believed; afterwards both clocks are there.
  void Even(int count) {
    for (int i = 0; i < count; ++i) {
      const SourceClock::Taken taken = Come(shown_, now_);
      EXPECT_EQ(taken.doubt, Doubt::kNone);
      EXPECT_EQ(taken.missing, 0U);
      Step(1);
    }
  }
  void Step(double periods) {
    shown_ += periods * kPeriod;
    now_ += periods * kPeriod;
  }

  SourceClock clock_{{.rate_hz = kRate}};
  double shown_ = 1.7e9;
  double now_ = 0.0;
};

TEST_F(SourceClockTest, TakesTheDelayBeyondTheLeastForAge) {
  Even(10);
  EXPECT_NEAR(AgeMs(Come(shown_, now_ + 0.030), now_ + 0.030), 30.0, 0.01);
  Step(1);
  EXPECT_NEAR(AgeMs(Come(shown_, now_ + 0.030), now_ + 0.030), 30.0, 0.01);
  Step(2);
  EXPECT_NEAR(AgeMs(Come(shown_, now_), now_), 0.0, 0.01);
}

TEST_F(SourceClockTest, LearnsTheLeastDelayFromWhateverComesFirst) {
  EXPECT_NEAR(AgeMs(Come(shown_, now_ + 0.060), now_ + 0.060), 0.0, 0.01);
  Step(4);
  EXPECT_NEAR(AgeMs(Come(shown_, now_), now_), 0.0, 0.01);
  Step(1);
  EXPECT_NEAR(AgeMs(Come(shown_, now_ + 0.040), now_ + 0.040), 40.0, 0.01);
}

TEST_F(SourceClockTest, TimesNeverGoBackWhileTheSensorsDoNot) {
  Random random(3);
  SteadyTime before{};
  double now = 0.0;
  for (int i = 0; i < 3000; ++i) {
    Step(1);
    now = std::max(now, now_ + random.Uniform() * 0.09);
    const SourceClock::Taken taken = Come(shown_, now);
    EXPECT_EQ(taken.doubt, Doubt::kNone);
    EXPECT_GE(taken.at, before);
    before = taken.at;
  }
}

TEST_F(SourceClockTest, FollowsAClockThatDrifts) {
  for (const double speed : {0.9995, 1.0005}) {
    clock_.Restart();
    for (int i = 0; i < 50'000; ++i) {
      Step(1);
      const SourceClock::Taken taken = Come(1e6 + speed * now_, now_);
      EXPECT_EQ(taken.doubt, Doubt::kNone);
      EXPECT_EQ(taken.missing, 0U);
      EXPECT_LE(AgeMs(taken, now_), 11.0);  // what it drifts in two intervals
    }
  }
}

TEST_F(SourceClockTest, AJumpIsToldOnceAndCountsFromItsArrival) {
  for (const double by : {-3600.0, 3600.0, -0.5, 0.5, -1e6}) {
    clock_.Restart();
    shown_ = 1.7e9;
    Even(100);
    shown_ += by;
    const SourceClock::Taken taken = Come(shown_, now_);
    EXPECT_EQ(taken.doubt, Doubt::kJump) << by;
    EXPECT_NEAR(taken.off_seconds, by, 1e-3);
    EXPECT_EQ(taken.at, At(now_));
    EXPECT_EQ(taken.missing, 1U);
    Step(1);
    Even(100);
    EXPECT_EQ(Come(shown_ - by, now_).missing, 0U);  // not each time
  }
}

TEST_F(SourceClockTest, ASensorThatStartsAgainHasAGapAsLongAsItWasAway) {
  Even(100);
  now_ += 2.0;
  const SourceClock::Taken taken = Come(0.0, now_);
  EXPECT_EQ(taken.doubt, Doubt::kJump);
  EXPECT_EQ(taken.missing, 100U);
  shown_ = 0.0;
  Step(1);
  Even(100);
}

TEST_F(SourceClockTest, WhatIsNoTimeCountsFromItsArrival) {
  Even(10);
  for (const double lie : {std::nan(""), std::numeric_limits<double>::infinity(), -1.0, 1e12}) {
    EXPECT_EQ(Come(lie, now_).doubt, Doubt::kInvalid) << lie;
    Step(1);
  }
  EXPECT_EQ(clock_.Take(std::nullopt, 1, At(now_)).doubt, Doubt::kInvalid);
  Step(1);
  Even(10);
}

TEST_F(SourceClockTest, WhatComesTooLateCountsFromItsArrival) {
  Even(100);
  now_ += 3.0;  // the line stood still, the sensor did not
  const SourceClock::Taken taken = Come(shown_, now_);
  EXPECT_EQ(taken.doubt, Doubt::kLate);
  EXPECT_NEAR(taken.off_seconds, 3.0, 1e-3);
  EXPECT_EQ(taken.at, At(now_));
  for (int i = 0; i < 150; ++i) {  // all that waited comes at once
    shown_ += kPeriod;
    EXPECT_EQ(Come(shown_, now_).missing, 0U);
  }
  Step(1);
  Even(100);
}

TEST_F(SourceClockTest, AClockThatStandsStillMakesNothingOld) {
  Even(10);
  int doubts = 0;
  for (int i = 0; i < 1000; ++i) {
    now_ += kPeriod;
    doubts += Come(shown_, now_).doubt == Doubt::kLate ? 1 : 0;
  }
  EXPECT_GT(doubts, 100);
}

TEST_F(SourceClockTest, FindsWhatIsMissing) {
  Even(100);
  for (const unsigned lost : {1U, 2U, 7U, 400U}) {
    Step(lost);
    EXPECT_EQ(Come(shown_, now_).missing, lost);
    Step(1);
    Even(50);
  }
}

TEST_F(SourceClockTest, WhatWasSkippedIsNotMissing) {
  Even(10);
  clock_.Skip(3);
  Step(3);
  Even(10);
  Step(2);
  clock_.Skip(1);
  EXPECT_EQ(Come(shown_, now_).missing, 1U);
}

TEST_F(SourceClockTest, FindsWhatIsMissingBetweenBlocks) {
  for (int i = 0; i < 10; ++i) {
    Step(20);
    EXPECT_EQ(clock_.Take(shown_, 20, At(now_)).missing, 0U);
  }
  Step(25);
  EXPECT_EQ(clock_.Take(shown_, 20, At(now_)).missing, 5U);
}

TEST_F(SourceClockTest, TimesThatTrembleHaveNoGaps) {
  Random random(1);
  for (int i = 0; i < 5000; ++i) {
    Step(1);
    EXPECT_EQ(Come(shown_ + (random.Uniform() - 0.5) * 0.6 * kPeriod, now_).missing, 0U);
  }
}

TEST_F(SourceClockTest, CoarseTimesHaveNoGaps) {
  for (int i = 0; i < 500; ++i) {
    Step(1);
    const SourceClock::Taken taken = clock_.Take(std::floor(shown_ * 20) / 20, 1, At(now_));
    EXPECT_EQ(taken.missing, 0U);
    EXPECT_EQ(taken.doubt, Doubt::kNone);
  }
}

TEST_F(SourceClockTest, ARateOfItsOwnIsNoGap) {
  for (const double rate : {0.97, 1.03}) {
    clock_.Restart();
    for (int i = 0; i < 5000; ++i) {
      Step(rate);
      EXPECT_EQ(Come(shown_, now_).missing, 0U);
    }
  }
}

// Each sample would have one missing before it, for which there was no time.
TEST_F(SourceClockTest, AClockThatIsTwiceTooFastHasFewGaps) {
  std::uint64_t missing = 0;
  int jumps = 0;
  for (int i = 0; i < 10'000; ++i) {
    now_ += kPeriod;
    const SourceClock::Taken taken = Come(1e6 + 2 * now_, now_);
    missing += taken.missing;
    jumps += taken.doubt == Doubt::kJump ? 1 : 0;
  }
  EXPECT_GT(jumps, 0);
  EXPECT_LT(missing, 100U);
}

TEST_F(SourceClockTest, WithoutARateNothingIsMissing) {
  clock_ = SourceClock({});
  Even(10);
  Step(50);
  EXPECT_EQ(Come(shown_, now_).missing, 0U);
}

// Whatever a clock shows, no time is of the future or older than is believed (Come looks).
TEST_F(SourceClockTest, NoLieMakesAReadingOld) {
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    now_ += random.Uniform() * 0.05;
    switch (random.Below(6)) {
      case 0:
        shown_ = random.Uniform() * 1e11;
        break;
      case 1:
        shown_ += random.Uniform() * 0.2;
        break;
      case 2:
        shown_ -= random.Uniform();
        break;
      case 3:
        now_ += random.Uniform() * 30;
        break;
      default:
        shown_ += kPeriod;
    }
    const SourceClock::Taken taken = Come(shown_, now_);
    EXPECT_LE(static_cast<double>(taken.missing), 40 * kRate);
  }
}

}  // namespace
}  // namespace biglittle
