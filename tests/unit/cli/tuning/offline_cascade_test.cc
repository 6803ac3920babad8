#include "cli/tuning/offline_cascade.h"

#include <gtest/gtest.h>

#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/replay/replay_options.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

// 40 windows: of every four, the little net is sure of and right about the first
// (idle), sure of and wrong about the second (says fault, is odd), and escalates the rest.
TEST(OfflineCascadeTest, CountsWhatEachNetAndTheCascadeSay) {
  const TemporaryFolder folder;
  std::vector<float> windows;
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < 10; ++i) {
    windows.insert(windows.end(), {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1});
    labels.insert(labels.end(), {0, 3, 1, 3});
  }
  DeviceConfig device;
  device.source = AsSourceConfig(
      ReplaySource{.windows = folder.path() / "X.npy", .labels = folder.path() / "y.npy"});
  ASSERT_TRUE(WriteNpy(folder.path() / "X.npy", ElementType::kFloat32, {40, 4},
                       std::as_bytes(std::span(windows)))
                  .ok());
  ASSERT_TRUE(
      WriteNpy(folder.path() / "y.npy", ElementType::kUint8, {40}, std::as_bytes(std::span(labels)))
          .ok());
  for (const Task& task : {LoadTinyTask(), LoadTinyFeaturesTask()}) {
    const auto counts = RunOffline(task, device);
    ASSERT_TRUE(counts.ok()) << std::string(counts.status().message());
    EXPECT_EQ(counts->readings, 40U);
    EXPECT_EQ(counts->little_correct, 10U);
    EXPECT_EQ(counts->big_correct, 30U);
    EXPECT_EQ(counts->cascade_correct, 30U);
    EXPECT_EQ(counts->escalated, 20U);
  }
}

}  // namespace
}  // namespace biglittle
