#include "cli/device_pattern.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

TEST(DevicePatternTest, PatternsAreThoseOfAShell) {
  EXPECT_TRUE(IsLike("pump-1", "pump-1"));
  EXPECT_TRUE(IsLike("pump-12", "pump-*"));
  EXPECT_TRUE(IsLike("pump-1", "*"));
  EXPECT_TRUE(IsLike("pump-1", "pump-?"));
  EXPECT_FALSE(IsLike("pump-12", "pump-?"));
  EXPECT_FALSE(IsLike("pump-1", "pump"));
}

TEST(DevicePatternTest, APatternOfNobodyIsSaid) {
  FleetConfig fleet;
  fleet.devices.emplace_back().id = "pump-1";
  EXPECT_TRUE(ExpectDevices(fleet, "pump-*", "fleet.yaml").ok());
  EXPECT_EQ(ExpectDevices(fleet, "valve", "fleet.yaml").message(),
            "fleet.yaml has no device 'valve'");
}

}  // namespace
}  // namespace biglittle
