#include "core/task/task_versions.h"

#include <gtest/gtest.h>

#include "core/fleet/fleet_file.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using Paths = std::vector<std::filesystem::path>;

TEST(TaskVersionsTest, AFolderWithoutNumbersIsItsOnlyVersion) {
  const TemporaryFolder folder;
  EXPECT_EQ(TaskVersions(folder.path()), Paths{folder.path()});
  EXPECT_EQ(TaskVersions("/no/such/folder"), Paths{"/no/such/folder"});
}

TEST(TaskVersionsTest, NumbersNotNamesGiveTheOrder) {
  const TemporaryFolder folder;
  for (const char* name : {"2", "10", "9"}) {
    folder.Write(std::filesystem::path(name) / "task.yaml", "");
  }
  EXPECT_EQ(TaskVersions(folder.path()),
            (Paths{folder.path() / "10", folder.path() / "9", folder.path() / "2"}));
  EXPECT_EQ(ResolveTaskFolder(folder.path()), folder.path() / "10");
}

TEST(TaskVersionsTest, WhatIsNoNumberOrHoldsNoTaskIsNoVersion) {
  const TemporaryFolder folder;
  for (const char* name : {"0", "01", "-1", "1x", "v1", "1234567890"}) {
    folder.Write(std::filesystem::path(name) / "task.yaml", "");
  }
  std::filesystem::create_directory(folder.path() / "3");
  folder.Write("4", "a file");
  EXPECT_EQ(TaskVersions(folder.path()), Paths{folder.path()});
}

TEST(TaskVersionsTest, LoadTaskReadsTheNewest) {
  const TemporaryFolder folder;
  const auto tiny = folder.path() / "tiny";
  std::filesystem::create_directory(tiny);
  std::filesystem::copy(TestDataFolder() / "tiny", tiny / "1");
  std::filesystem::copy(TestDataFolder() / "tiny", tiny / "2");
  const auto task = LoadTask(tiny);
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->big.file, tiny / "2" / "big.onnx");
  EXPECT_TRUE(VerifyFiles(*task.value).ok());
}

TEST(TaskVersionsTest, AFleetKnowsATaskThatHasVersionsOnly) {
  const TemporaryFolder folder;
  folder.Write("models/har/3/task.yaml", "");
  const auto fleet =
      ParseFleet("version: 1\nfleet: f\nmodels: models\nworkers: [{id: w, tasks: [har]}]\n",
                 folder.path() / "fleet.yaml", nullptr);
  EXPECT_TRUE(fleet.ok()) << ToString(fleet.problems);
}

TEST(TaskVersionsTest, AVersionIsOfTheTaskWhoseFolderHoldsIt) {
  EXPECT_EQ(TaskNameOfFolder("/models/har", "har"), "har");
  EXPECT_EQ(TaskNameOfFolder("/models/har/3", "har"), "har");
  EXPECT_EQ(TaskNameOfFolder("/models/har/3", "mnist"), "har");
  EXPECT_EQ(TaskNameOfFolder("/models/3", "3"), "3");
}

}  // namespace
}  // namespace biglittle
