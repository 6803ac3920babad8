#include "cloud_worker/intake/device_limit.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace biglittle {
namespace {

constexpr SteadyTime kBegin{std::chrono::hours(1)};

int AllowedOf(DeviceLimit& limit, const std::string& device, int count, SteadyTime now) {
  int allowed = 0;
  for (int i = 0; i < count; ++i) allowed += limit.Allows(device, now) ? 1 : 0;
  return allowed;
}

TEST(DeviceLimit, ABurstThenASteadyRate) {
  DeviceLimit limit({.rate = {.per_second = 10, .burst = Milliseconds(5000)}});
  EXPECT_EQ(AllowedOf(limit, "pump-1", 1000, kBegin), 50);
  EXPECT_EQ(AllowedOf(limit, "pump-1", 1000, kBegin + Milliseconds(99)), 0);
  EXPECT_EQ(AllowedOf(limit, "pump-1", 1000, kBegin + Milliseconds(1099)), 10);
  EXPECT_EQ(AllowedOf(limit, "pump-1", 1000, kBegin + std::chrono::hours(1)), 50);
}

TEST(DeviceLimit, OneDeviceDoesNotUseUpAnothers) {
  DeviceLimit limit({.rate = {.per_second = 10, .burst = Milliseconds(5000)}});
  EXPECT_EQ(AllowedOf(limit, "pump-1", 1000, kBegin), 50);
  EXPECT_EQ(AllowedOf(limit, "pump-2", 40, kBegin), 40);
}

TEST(DeviceLimit, WhatIsChargedAfterwardsIsAllowedLater) {
  DeviceLimit limit({.rate = {.per_second = 10, .burst = Milliseconds(1000)}});
  EXPECT_TRUE(limit.Allows("pump-1", kBegin));
  limit.Charge("pump-1", 14, kBegin);  // five more than there are
  EXPECT_FALSE(limit.Allows("pump-1", kBegin + Milliseconds(550)));
  EXPECT_TRUE(limit.Allows("pump-1", kBegin + Milliseconds(650)));
  limit.Charge("pump-1", 1000, kBegin + Milliseconds(650));  // a debt of a second's
  EXPECT_FALSE(limit.Allows("pump-1", kBegin + Milliseconds(1700)));
  EXPECT_TRUE(limit.Allows("pump-1", kBegin + Milliseconds(1800)));
  EXPECT_TRUE(limit.Allows("pump-2", kBegin));
}

TEST(DeviceLimit, ForgetsTheQuietFirst) {
  DeviceLimit limit({.rate = {.per_second = 10, .burst = Milliseconds(5000)}, .devices = 2});
  EXPECT_EQ(AllowedOf(limit, "quiet", 1, kBegin), 1);
  EXPECT_EQ(AllowedOf(limit, "loud", 100, kBegin), 50);
  const SteadyTime later = kBegin + std::chrono::seconds(1);
  EXPECT_EQ(AllowedOf(limit, "new", 100, later), 50);
  EXPECT_EQ(AllowedOf(limit, "loud", 100, later), 10);
  // All are loud: remembering none is better than remembering all.
  EXPECT_EQ(AllowedOf(limit, "newer", 100, later), 50);
  EXPECT_EQ(AllowedOf(limit, "loud", 100, later), 50);
}

}  // namespace
}  // namespace biglittle
