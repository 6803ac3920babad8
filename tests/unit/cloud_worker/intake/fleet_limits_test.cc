#include "cloud_worker/intake/fleet_limits.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

DeviceConfig Device(const std::string& id, int interval_ms) {
  DeviceConfig device;
  device.id = id;
  device.source.interval = Milliseconds(interval_ms);
  device.escalation.max_attempts = 4;
  device.escalation.max_pending = 80;
  return device;
}

TEST(RequestLimitTest, IsWhatTheFleetFileSaysThatADeviceNeeds) {
  FleetConfig fleet;
  fleet.devices = {Device("slow", 100), Device("fast", 1), Device("free", 0)};
  const auto limit = RequestLimit(fleet, {.device_requests_per_s = 1000});
  ASSERT_TRUE(limit.has_value());
  EXPECT_DOUBLE_EQ(limit->rate.per_second, 1000);
  EXPECT_EQ(limit->rate.burst, Milliseconds(1000));
  // Ten readings a second, each asked about four times at most; eighty at once.
  EXPECT_DOUBLE_EQ(limit->rates.at("slow").per_second, 40);
  EXPECT_EQ(limit->rates.at("slow").burst, Milliseconds(2000));
  EXPECT_DOUBLE_EQ(limit->rates.at("fast").per_second, 1000);
  EXPECT_EQ(limit->rates.at("fast").burst, Milliseconds(1000));
  EXPECT_FALSE(limit->rates.contains("free"));
}

TEST(RequestLimitTest, WhereThereIsNoneThereIsNone) {
  EXPECT_FALSE(RequestLimit({}, {.device_requests_per_s = 0}).has_value());
}

TEST(RequestLimitTest, RemembersTheWholeFleet) {
  FleetConfig fleet;
  for (int i = 0; i < 20'000; ++i) fleet.devices.push_back(Device(std::to_string(i), 100));
  EXPECT_EQ(RequestLimit(fleet, {.device_requests_per_s = 1000})->devices, 40'000U);
}

TEST(PriorityLimitTest, IsHalfOfAnEqualShare) {
  FleetConfig fleet;
  fleet.devices = {Device("a", 100), Device("b", 100)};
  EXPECT_DOUBLE_EQ(PriorityLimit(fleet, {.compute_threads = 4}).rate.per_second, 1.0);
  EXPECT_DOUBLE_EQ(PriorityLimit({}, {.compute_threads = 1}).rate.per_second, 0.5);
}

}  // namespace
}  // namespace biglittle
