#include "device_agent/sources/stream/rate_monitor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace biglittle {
namespace {

using std::chrono::microseconds;

class RateMonitorTest : public testing::Test {
 protected:
  // What is found in `seconds`, of batches of `frames` at `rate_hz`.
  std::vector<double> Found(RateMonitor& monitor, double rate_hz, int frames, double seconds) {
    std::vector<double> found;
    const auto batches = static_cast<int>(seconds * rate_hz / frames);
    for (int i = 0; i < batches; ++i) {
      now_ += std::chrono::duration_cast<SteadyTime::duration>(
          std::chrono::duration<double>(frames / rate_hz));
      if (const auto rate = monitor.OnFrames(static_cast<std::uint64_t>(frames), now_)) {
        found.push_back(*rate);
      }
    }
    return found;
  }

  SteadyTime now_{std::chrono::hours(7)};
};

TEST_F(RateMonitorTest, FindsWhatIsTooSlowAndTooFast) {
  for (const double rate : {45.0, 55.0}) {
    RateMonitor monitor(50.0);
    const auto found = Found(monitor, rate, 1, 31.0);
    ASSERT_EQ(found.size(), 3U) << rate;  // once every ten seconds
    EXPECT_NEAR(found[0], rate, 0.2);
    EXPECT_NEAR(found[2], rate, 0.2);
  }
}

TEST_F(RateMonitorTest, IsContentWithinTheTolerance) {
  for (const double rate : {48.0, 50.0, 52.0}) {
    RateMonitor monitor(50.0);
    EXPECT_TRUE(Found(monitor, rate, 1, 300.0).empty()) << rate;
  }
}

// However long they take; the first one says nothing.
TEST_F(RateMonitorTest, BatchesAreNoDrift) {
  for (const int frames : {2, 64, 500, 5000}) {
    RateMonitor monitor(50.0);
    EXPECT_TRUE(Found(monitor, 50.0, frames, 1000.0).empty()) << frames;
    EXPECT_FALSE(Found(monitor, 55.0, frames, 1000.0).empty()) << frames;
  }
}

TEST_F(RateMonitorTest, WhatIsLostWasSampled) {
  RateMonitor monitor(50.0);
  for (int i = 0; i < 1000; ++i) {
    now_ += microseconds(40'000);
    monitor.OnMissing(1);
    EXPECT_EQ(monitor.OnFrames(1, now_), std::nullopt);
  }
}

TEST_F(RateMonitorTest, ARestartForgetsThePauseBefore) {
  RateMonitor monitor(50.0);
  EXPECT_TRUE(Found(monitor, 50.0, 1, 9.0).empty());
  now_ += std::chrono::hours(1);
  monitor.Restart();
  EXPECT_TRUE(Found(monitor, 50.0, 1, 100.0).empty());
}

TEST_F(RateMonitorTest, WithoutARateNothingIsOff) {
  RateMonitor monitor(0.0);
  EXPECT_TRUE(Found(monitor, 5.0, 1, 100.0).empty());
}

}  // namespace
}  // namespace biglittle
