#include "cloud_worker/queue/load_gauge.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

constexpr Milliseconds kDelay(2);
constexpr Milliseconds kLongest(32);

SteadyTime At(std::int64_t microseconds) {
  return SteadyTime(std::chrono::microseconds(microseconds));
}

TEST(LoadGaugeTest, KnowsNothingBeforeTheSecondArrival) {
  LoadGauge gauge(kLongest);
  EXPECT_EQ(gauge.Expected(kDelay), 0);
  gauge.Arrived(At(0));
  EXPECT_EQ(gauge.Expected(kDelay), 0);
}

TEST(LoadGaugeTest, CountsWhatASteadyStreamBringsInTheTime) {
  LoadGauge gauge(kLongest);
  for (int i = 0; i < 100; ++i) gauge.Arrived(At(500 * i));
  EXPECT_NEAR(gauge.Expected(kDelay), 4, 1e-9);
  EXPECT_NEAR(gauge.Expected(2 * kDelay), 8, 1e-9);
}

TEST(LoadGaugeTest, AfterAPauseNobodyIsExpectedUntilSomeHaveCome) {
  LoadGauge gauge(kLongest);
  for (int i = 0; i < 100; ++i) gauge.Arrived(At(100 * i));
  std::int64_t now = 3'600'000'000;
  gauge.Arrived(At(now));
  EXPECT_LT(gauge.Expected(kDelay), 1);
  int needed = 0;
  while (gauge.Expected(kDelay) < 2) {
    gauge.Arrived(At(now += 100));
    ++needed;
  }
  EXPECT_LE(needed, 15);
}

TEST(LoadGaugeTest, ManyAtOnceAreADenseStream) {
  LoadGauge gauge(kLongest);
  for (int i = 0; i < 3; ++i) gauge.Arrived(At(7));
  EXPECT_GT(gauge.Expected(kDelay), 1000);
  gauge.Arrived(At(3));  // out of order counts as at once
  EXPECT_GT(gauge.Expected(kDelay), 1000);
}

}  // namespace
}  // namespace biglittle
