#include "core/task/release_memory.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

Task Release(std::optional<std::uint64_t> number) {
  Task task;
  task.name = "har";
  task.release = number;
  return task;
}

TEST(ReleaseMemoryTest, NoneFollowsANewerOne) {
  EXPECT_TRUE(CheckRelease(Release({}), {}).ok());
  EXPECT_TRUE(CheckRelease(Release(1), {}).ok());
  EXPECT_TRUE(CheckRelease(Release(7), 7).ok());
  EXPECT_TRUE(CheckRelease(Release(8), 7).ok());
  EXPECT_EQ(CheckRelease(Release(6), 7),
            absl::FailedPreconditionError(
                "release 6 of task har is older than release 7, which was taken before: if it is "
                "meant, sign it anew with a newer 'release'"));
  EXPECT_EQ(CheckRelease(Release({}), 7),
            absl::FailedPreconditionError(
                "task har has no 'release', and release 7, which was taken before: if it is meant, "
                "sign it anew with a newer 'release'"));
}

TEST(ReleaseMemoryTest, WithoutAFolderItLastsAsLongAsTheObject) {
  ReleaseMemory memory({});
  EXPECT_EQ(memory.Newest("har").value(), std::nullopt);
  EXPECT_TRUE(memory.Take(Release(3)).ok());
  EXPECT_TRUE(memory.Take(Release({})).ok());
  EXPECT_TRUE(memory.Take(Release(2)).ok());
  EXPECT_EQ(memory.Newest("har").value(), 3U);
  EXPECT_EQ(memory.Newest("mnist").value(), std::nullopt);
}

TEST(ReleaseMemoryTest, AFolderRemembersIt) {
  const TemporaryFolder folder;
  const std::filesystem::path made = folder.path() / "state" / "releases";
  EXPECT_TRUE(ReleaseMemory(made).Take(Release(3)).ok());
  EXPECT_EQ(ReleaseMemory(made).Newest("har").value(), 3U);
  EXPECT_TRUE(ReleaseMemory(made).Take(Release(2)).ok());  // another process knows better
  EXPECT_EQ(ReleaseMemory(made).Newest("har").value(), 3U);
  std::ifstream file(made / "har.release");
  std::string line;
  EXPECT_TRUE(std::getline(file, line));
  EXPECT_EQ(line, "3");
}

TEST(ReleaseMemoryTest, WhatIsNoNumberIsSaid) {
  const TemporaryFolder folder;
  for (const char* text : {"", "x\n", "0\n", "-1\n", "7x\n", "99999999999999999999\n"}) {
    const auto file = folder.Write("har.release", text);
    ReleaseMemory memory(folder.path());
    EXPECT_EQ(memory.Newest("har").status().code(), absl::StatusCode::kDataLoss) << text;
    EXPECT_TRUE(memory.Take(Release(4)).ok());
    EXPECT_EQ(ReleaseMemory(folder.path()).Newest("har").value(), 4U);
  }
}

TEST(ReleaseMemoryTest, WhatCannotBeWrittenIsRememberedAllTheSame) {
  const TemporaryFolder folder;
  const auto file = folder.Write("no folder", "");
  ReleaseMemory memory(file);
  EXPECT_FALSE(memory.Take(Release(4)).ok());
  EXPECT_EQ(memory.Newest("har").value(), 4U);
}

}  // namespace
}  // namespace biglittle
