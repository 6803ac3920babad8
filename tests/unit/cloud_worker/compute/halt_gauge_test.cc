#include "cloud_worker/compute/halt_gauge.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

constexpr Milliseconds kTick(100);
constexpr SteadyTime::duration kNone = Milliseconds(0);

SteadyTime At(int milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

TEST(HaltGaugeTest, LooksInTimeOrALittleLateSeeNothing) {
  HaltGauge gauge(kTick, At(0));
  EXPECT_EQ(gauge.StoodStill(At(100)), kNone);
  EXPECT_EQ(gauge.StoodStill(At(130)), kNone);
  EXPECT_EQ(gauge.StoodStill(At(330)), kNone);
}

TEST(HaltGaugeTest, ALateLookSeesHowLongEverythingStoodStillOnce) {
  HaltGauge gauge(kTick, At(0));
  EXPECT_EQ(gauge.StoodStill(At(5000)), Milliseconds(4900));
  EXPECT_EQ(gauge.StoodStill(At(5100)), kNone);
}

TEST(HaltGaugeTest, WhatItsOwnerDoesMeanwhileIsNoHalt) {
  HaltGauge gauge(kTick, At(0));
  gauge.Restart(At(5000));
  EXPECT_EQ(gauge.StoodStill(At(5100)), kNone);
}

}  // namespace
}  // namespace biglittle
