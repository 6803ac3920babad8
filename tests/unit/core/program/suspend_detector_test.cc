#include "core/program/suspend_detector.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

constexpr Milliseconds kTick(100);
constexpr SteadyTime::duration kNone = Milliseconds(0);

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

TEST(SuspendDetectorTest, PollsInTimeOrALittleLateSeeNothing) {
  SuspendDetector detector(kTick, At(0));
  EXPECT_EQ(detector.Poll(At(100)), kNone);
  EXPECT_EQ(detector.Poll(At(130)), kNone);
  EXPECT_EQ(detector.Poll(At(330)), kNone);
}

TEST(SuspendDetectorTest, ALatePollSeesHowLongEverythingStoodStillOnce) {
  SuspendDetector detector(kTick, At(0));
  EXPECT_EQ(detector.Poll(At(5000)), Milliseconds(4900));
  EXPECT_EQ(detector.Poll(At(5100)), kNone);
}

TEST(SuspendDetectorTest, WhatItsOwnerDoesMeanwhileIsNoSuspension) {
  SuspendDetector detector(kTick, At(0));
  detector.Restart(At(5000));
  EXPECT_EQ(detector.Poll(At(5100)), kNone);
}

}  // namespace
}  // namespace biglittle
