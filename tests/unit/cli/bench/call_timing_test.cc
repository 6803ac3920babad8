#include "cli/bench/call_timing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>

#include "tests/fakes/fake_clock.h"

namespace biglittle {
namespace {

using std::chrono::duration;

TEST(CallTimingTest, ALongCallIsTimedAloneWithoutWhatComesBefore) {
  FakeClock clock;
  int before = 0;
  int calls = 0;
  const CallTimes times = TimeCalls(
      [&] {
        ++before;
        clock.Advance(std::chrono::milliseconds(20));
      },
      [&] {
        ++calls;
        clock.Advance(std::chrono::microseconds(100));
      },
      duration<double>(0.1), clock);
  EXPECT_EQ(before, calls);
  EXPECT_GE(calls, 2);
  EXPECT_LT(times.runs, static_cast<std::uint64_t>(calls));  // without those to warm up
  EXPECT_GE(times.min_us, 100.0);
  EXPECT_GE(times.median_us, times.min_us);
  EXPECT_LT(times.min_us, 20000.0);
}

TEST(CallTimingTest, ShortCallsAreTimedInGroups) {
  FakeClock clock;
  std::uint64_t calls = 0;
  std::uint64_t before = 0;
  const CallTimes times = TimeCalls([&] { ++before; },
                                    [&] {
                                      ++calls;
                                      clock.Advance(std::chrono::microseconds(1));
                                    },
                                    duration<double>(0.01), clock);
  EXPECT_EQ(before, calls);
  EXPECT_GE(times.runs, 10U);
  EXPECT_LT(times.min_us, kShortCall.count());
}

TEST(CallTimingTest, ACallLongerThanTheMeasurementIsTimedOnce) {
  FakeClock clock;
  const CallTimes times = TimeCalls([] {}, [&] { clock.Advance(std::chrono::milliseconds(5)); },
                                    duration<double>(0.001), clock);
  EXPECT_EQ(times.runs, 1U);
  EXPECT_GE(times.median_us, 5000.0);
}

}  // namespace
}  // namespace biglittle
