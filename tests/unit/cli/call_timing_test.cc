#include "cli/call_timing.h"

#include <gtest/gtest.h>

#include <thread>

namespace biglittle {
namespace {

using std::chrono::duration;

TEST(CallTimingTest, ALongCallIsTimedAloneWithoutWhatComesBefore) {
  int before = 0;
  int calls = 0;
  const CallTimes times = TimeCalls(
      [&] {
        ++before;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      },
      [&] {
        ++calls;
        std::this_thread::sleep_for(std::chrono::microseconds(100));
      },
      duration<double>(0.1));
  EXPECT_EQ(before, calls);
  EXPECT_GE(calls, 2);
  EXPECT_LT(times.runs, static_cast<std::uint64_t>(calls));  // without those to warm up
  EXPECT_GE(times.min_us, 100.0);
  EXPECT_GE(times.median_us, times.min_us);
  EXPECT_LT(times.min_us, 20000.0);
}

TEST(CallTimingTest, ShortCallsAreTimedInGroups) {
  std::uint64_t calls = 0;
  std::uint64_t before = 0;
  const CallTimes times = TimeCalls([&] { ++before; }, [&] { ++calls; }, duration<double>(0.01));
  EXPECT_EQ(before, calls);
  EXPECT_GE(times.runs, 10U);
  EXPECT_LT(times.min_us, kShortCall.count());
}

TEST(CallTimingTest, ACallLongerThanTheMeasurementIsTimedOnce) {
  const CallTimes times =
      TimeCalls([] {}, [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); },
                duration<double>(0.001));
  EXPECT_EQ(times.runs, 1U);
  EXPECT_GE(times.median_us, 5000.0);
}

}  // namespace
}  // namespace biglittle
