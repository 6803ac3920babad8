#include "cloud_worker/queue/drain_rate.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

TEST(DrainRateTest, SaysSomethingSensibleBeforeAnythingIsMeasured) {
  EXPECT_EQ(DrainRate(1).RetryAfter(1000), DrainRate::kUnmeasured);
}

TEST(DrainRateTest, WhatWaitsDividedByWhatIsComputedASecond) {
  DrainRate rate(1);
  for (int i = 0; i < 50; ++i) rate.Computed(10, Milliseconds(20));  // 500 a second
  EXPECT_EQ(rate.RetryAfter(1000), Milliseconds(2000));
  DrainRate twice(2);
  for (int i = 0; i < 50; ++i) twice.Computed(10, Milliseconds(20));
  EXPECT_EQ(twice.RetryAfter(1000), Milliseconds(1000));
}

TEST(DrainRateTest, StaysWithinItsBounds) {
  DrainRate rate(1);
  rate.Computed(1, Milliseconds(1));
  EXPECT_EQ(rate.RetryAfter(0), DrainRate::kShortestRetry);
  EXPECT_EQ(rate.RetryAfter(1'000'000'000), DrainRate::kLongestRetry);
  rate.Computed(0, std::chrono::hours(1000));  // nothing comes out any more
  EXPECT_EQ(rate.RetryAfter(1), DrainRate::kLongestRetry);
  DrainRate immediate(1);
  immediate.Computed(1, Milliseconds(0));
  EXPECT_EQ(immediate.RetryAfter(1), DrainRate::kShortestRetry);
}

TEST(DrainRateTest, ForgetsHowItWas) {
  DrainRate rate(1);
  for (int i = 0; i < 1000; ++i) rate.Computed(1, Milliseconds(10));  // 100 a second
  for (int i = 0; i < 1000; ++i) rate.Computed(1, Milliseconds(50));  // then 20
  const Milliseconds wait = rate.RetryAfter(100);
  EXPECT_GT(wait, Milliseconds(4900));
  EXPECT_LE(wait, Milliseconds(5000));
}

}  // namespace
}  // namespace biglittle
