#include "cli/demo/machine_recording.h"

#include <gtest/gtest.h>

#include <set>

#include "device_agent/sources/replay/data_file.h"
#include "device_agent/sources/vibration/vibration_simulator.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

// How often the class changes in it, and which classes there are.
struct Course {
  std::size_t changes = 0;
  std::set<int> classes;
};

Course CourseOf(std::size_t index, const std::filesystem::path& folder) {
  const std::string suffix = "-" + std::to_string(index) + ".npy";
  const auto windows = LoadDataFile(folder / ("X" + suffix));
  EXPECT_TRUE(windows.ok()) << windows.status();
  const auto file = LoadDataFile(folder / ("y" + suffix), DataRole::kLabels);
  EXPECT_TRUE(file.ok()) << file.status();
  const auto labels = AsLabels(*file, kRecordedWindows, kVibrationLabels.size());
  EXPECT_TRUE(labels.ok()) << labels.status();
  Course course;
  for (std::size_t i = 0; i < labels->size(); ++i) {
    if (i > 0 && (*labels)[i] != (*labels)[i - 1]) ++course.changes;
    course.classes.insert((*labels)[i]);
  }
  return course;
}

TEST(MachineRecordingTest, MachinesKeepTheirStateAndOneGetsWorse) {
  const TemporaryFolder folder;
  for (const std::size_t index : {0, 1}) {
    ASSERT_TRUE(WriteMachineRecording(index, folder.path()).ok());
  }
  EXPECT_EQ(CourseOf(0, folder.path()).changes, 0U);
  const Course worse = CourseOf(1, folder.path());
  EXPECT_EQ(worse.changes, 3U);
  EXPECT_EQ(worse.classes, (std::set<int>{static_cast<int>(VibrationClass::kHealthy),
                                          static_cast<int>(VibrationClass::kOuterRaceMild),
                                          static_cast<int>(VibrationClass::kOuterRaceSevere)}));
}

TEST(MachineRecordingTest, AFolderThatIsNotThereIsSaid) {
  const TemporaryFolder folder;
  EXPECT_EQ(WriteMachineRecording(0, folder.path() / "no").code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace biglittle
