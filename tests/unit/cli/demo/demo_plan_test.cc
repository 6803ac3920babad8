#include "cli/demo/demo_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fleet/fleet_file.h"
#include "core/fleet/source_config.h"
#include "device_agent/sources/replay/replay_options.h"
#include "device_agent/sources/source_registry.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class DemoPlanTest : public testing::Test {
 protected:
  DemoPlanTest() {
    folder_.Write("da\"ta/X.npy", "");
    folder_.Write("da\"ta/y.npy", "");
    options_.task = "tiny";
    options_.data = folder_.path() / "da\"ta";
  }
  std::string Refusal() {
    const auto yaml = MakeDemoFleet(options_, TestDataFolder(), 1234);
    return std::string(yaml.status().message());
  }

  const TemporaryFolder folder_;
  DemoOptions options_;
};

TEST_F(DemoPlanTest, SharesTheReadingsOutAmongDevicesWithoutOverlap) {
  options_.devices = 3;
  options_.readings = 11;
  const auto yaml = MakeDemoFleet(options_, TestDataFolder(), 1234);
  ASSERT_TRUE(yaml.ok()) << std::string(yaml.status().message());
  const auto fleet = LoadFleet(folder_.Write("fleet.yaml", *yaml), &AllSources());
  ASSERT_TRUE(fleet.ok()) << ToString(fleet.problems);
  EXPECT_EQ(fleet.value->broker.port, 1234);
  ASSERT_EQ(fleet.value->devices.size(), 3U);
  std::uint64_t readings = 0;
  for (std::uint64_t i = 0; i < 3; ++i) {
    const SourceConfig& source = fleet.value->devices[i].source;
    const auto& replay = *OptionsIn<ReplaySource>(source);
    EXPECT_EQ(replay.start, i);
    EXPECT_EQ(replay.stride, 3U);
    EXPECT_EQ(replay.windows, folder_.path() / "da\"ta/X.npy");
    readings += source.readings.value();
  }
  EXPECT_EQ(readings, 11U);
  EXPECT_EQ(fleet.value->devices[0].source.readings, 4U);
  EXPECT_EQ(fleet.value->devices[2].source.readings, 3U);
}

TEST_F(DemoPlanTest, WhatIsLookedAtNeverEndsAndSaysItsState) {
  options_.task = "vibration";
  options_.data.clear();
  options_.dashboard = true;
  options_.devices = 9;
  options_.recordings = folder_.path();
  for (int i = 0; i < 8; ++i) {
    for (const char* name : {"X", "y"}) {
      folder_.Write(std::string(name) + "-" + std::to_string(i) + ".npy", "");
    }
  }
  const auto yaml = MakeDemoFleet(options_, BIGLITTLE_SOURCE_DIR "/models", 1234);
  ASSERT_TRUE(yaml.ok()) << std::string(yaml.status().message());
  const auto fleet = LoadFleet(folder_.Write("fleet.yaml", *yaml), &AllSources());
  ASSERT_TRUE(fleet.ok()) << ToString(fleet.problems);
  EXPECT_EQ(fleet.value->workers.size(), 2U);
  ASSERT_EQ(fleet.value->devices.size(), 9U);
  EXPECT_EQ(fleet.value->devices[0].id, "pump-1");
  EXPECT_EQ(fleet.value->devices[5].id, "fan-2");
  for (const DeviceConfig& device : fleet.value->devices) {
    EXPECT_EQ(device.source.readings, (std::uint64_t{1} << 53U) - 1);
    EXPECT_GE(device.source.interval, Milliseconds(200));
    EXPECT_TRUE(device.state.has_value());
  }
  // There are eight recordings.
  EXPECT_EQ(OptionsIn<ReplaySource>(fleet.value->devices[8].source)->windows,
            folder_.path() / "X-0.npy");
}

TEST_F(DemoPlanTest, RefusesWhatCannotBe) {
  options_.devices = 0;
  EXPECT_THAT(Refusal(), HasSubstr("--devices must be 1 to"));
  options_.devices = 5;
  options_.readings = 4;
  EXPECT_THAT(Refusal(), HasSubstr("--readings must be 5"));
  options_.readings = 5;
  options_.data.clear();
  EXPECT_THAT(Refusal(), HasSubstr("--data DIR"));
  options_.data = folder_.path() / "nowhere";
  EXPECT_THAT(Refusal(), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace biglittle
