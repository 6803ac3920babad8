#include "cli/bench/bench_fleet_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/fleet/device_config.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/fleet/source_config.h"
#include "device_agent/sources/replay/data_file.h"
#include "device_agent/sources/replay/replay_options.h"
#include "device_agent/sources/source_registry.h"
#include "device_agent/sources/vibration/vibration_options.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

class BenchFleetPlanTest : public testing::Test {
 protected:
  BenchWindows Windows(std::uint64_t count) const {
    return {.described = "", .windows = folder_.Write("X.npy", "x"), .count = count};
  }
  FleetConfig Load(const BenchFleet& fleet, const BenchWindows& windows,
                   const BenchVariant& variant = {}) const {
    const std::string yaml =
        MakeBenchFleet(fleet, "tiny", windows, TestDataFolder(), 1883, variant);
    auto parsed = ParseFleet(yaml, folder_.path() / "fleet.yaml", &AllSources());
    EXPECT_TRUE(parsed.ok()) << ToString(parsed.problems);
    return parsed.ok() ? *parsed.value : FleetConfig();
  }

  TemporaryFolder folder_;
};

TEST_F(BenchFleetPlanTest, DevicesShareTheWindows) {
  const FleetConfig fleet =
      Load({.prefix = "d", .devices = 3, .interval = Milliseconds(40)}, Windows(10));
  ASSERT_EQ(fleet.devices.size(), 3U);
  EXPECT_EQ(fleet.devices[2].id, "d-3");
  EXPECT_EQ(fleet.devices[2].deadline, kBenchDeadline);
  EXPECT_EQ(fleet.devices[2].status_interval, kBenchStatusInterval);
  EXPECT_EQ(fleet.devices[2].source.interval, Milliseconds(40));
  const auto& replay = *OptionsIn<ReplaySource>(fleet.devices[2].source);
  EXPECT_EQ(replay.start, 2U);
  EXPECT_EQ(replay.stride, 3U);
  ASSERT_NE(fleet.FindWorker(kBenchWorker), nullptr);
}

TEST_F(BenchFleetPlanTest, ThereMayBeMoreDevicesThanWindows) {
  const FleetConfig fleet = Load({.prefix = "d", .devices = 25}, Windows(10));
  ASSERT_EQ(fleet.devices.size(), 25U);
  for (const DeviceConfig& device : fleet.devices) {
    EXPECT_LT(OptionsIn<ReplaySource>(device.source)->start, 10U) << device.id;
  }
}

TEST_F(BenchFleetPlanTest, OneDeviceAsksForAll) {
  const FleetConfig fleet = Load({.prefix = "d", .devices = 20, .interval = Milliseconds(100)},
                                 Windows(8), {.asked = 0.1, .max_readings = 1, .tls = true});
  ASSERT_EQ(fleet.devices.size(), 20U);
  for (std::size_t i = 0; i < 20; ++i) {
    const EscalationConfig& escalation = fleet.devices[i].escalation;
    EXPECT_EQ(escalation.policy,
              i < 1 ? EscalationPolicyKind::kBigOnly : EscalationPolicyKind::kLittleOnly);
    EXPECT_EQ(escalation.packing.max_readings, 1U);
    EXPECT_EQ(fleet.devices[i].source.interval, Milliseconds(i < 1 ? 50 : 100));
  }
  EXPECT_TRUE(fleet.broker.tls);
}

TEST_F(BenchFleetPlanTest, SeededWindowsAreTheTasksAndTheSameEachTime) {
  const Task task = LoadTinyTask();
  const auto windows = PrepareWindows({.task = "tiny"}, task, folder_.path());
  ASSERT_TRUE(windows.ok()) << windows.status();
  EXPECT_THAT(windows->described, testing::HasSubstr("no --data"));
  const auto first = LoadDataFile(windows->windows);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->shape, Shape({static_cast<std::int64_t>(windows->count), 4}));
  ASSERT_TRUE(PrepareWindows({.task = "tiny"}, task, folder_.path()).ok());
  EXPECT_EQ(LoadDataFile(windows->windows)->data, first->data);
}

TEST_F(BenchFleetPlanTest, VibrationNeedsNoWindows) {
  const auto windows = PrepareWindows({.task = "vibration"}, LoadTinyTask(), folder_.path());
  ASSERT_TRUE(windows.ok());
  EXPECT_TRUE(windows->windows.empty());
  const FleetConfig fleet = Load({.prefix = "d", .devices = 2}, *windows);
  EXPECT_EQ(OptionsIn<VibrationSource>(fleet.devices.at(1).source)->seed, 2U);
}

TEST_F(BenchFleetPlanTest, DataThatIsNotThereIsSaid) {
  const auto windows =
      PrepareWindows({.task = "tiny", .data = "/nowhere"}, LoadTinyTask(), folder_.path());
  EXPECT_EQ(windows.status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace biglittle
