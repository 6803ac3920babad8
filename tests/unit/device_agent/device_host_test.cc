#include "device_agent/device_host.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

TEST(DeviceHostTest, AFewReadAtOnceAndAllAreSpreadOverTheirInterval) {
  const Milliseconds interval(400);
  const auto first = [&](std::size_t index) {
    return DeviceHost::FirstReading(interval, index, 4 * DeviceHost::kAtOnce);
  };
  EXPECT_EQ(first(0), Milliseconds(0));
  EXPECT_EQ(first(DeviceHost::kAtOnce - 1), Milliseconds(0));
  EXPECT_EQ(first(DeviceHost::kAtOnce), Milliseconds(100));
  EXPECT_EQ(first(4 * DeviceHost::kAtOnce - 1), Milliseconds(300));
}

TEST(DeviceHostTest, NobodyWaitsForAnHourlyReading) {
  EXPECT_LT(DeviceHost::FirstReading(std::chrono::hours(1), 999, 1000), DeviceHost::kMostSpread);
  EXPECT_EQ(DeviceHost::FirstReading(Milliseconds(0), 999, 1000), Milliseconds(0));
}

}  // namespace
}  // namespace biglittle
