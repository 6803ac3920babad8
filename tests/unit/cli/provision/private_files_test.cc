#include "cli/provision/private_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/fakes/temporary_folder.h"

namespace biglittle {
namespace {

mode_t ModeOf(const std::filesystem::path& path) {
  struct stat about {};
  EXPECT_EQ(stat(path.c_str(), &about), 0);
  return about.st_mode & 0777U;
}

TEST(PrivateFilesTest, AFileHasItsModeWhateverTheUmaskIsAndWasThereBefore) {
  const TemporaryFolder folder;
  const auto file = folder.Write("key", "old");
  ASSERT_EQ(chmod(file.c_str(), 0666), 0);
  const mode_t before = umask(0);
  const absl::Status secret = ReplaceFile(file, "new", kOwnerOnly);
  umask(0077);
  const absl::Status open = ReplaceFile(folder.path() / "crt", "", kReadableByAll);
  umask(before);
  ASSERT_TRUE(secret.ok()) << secret;
  ASSERT_TRUE(open.ok()) << open;
  EXPECT_EQ(ModeOf(file), 0600U);
  EXPECT_EQ(ModeOf(folder.path() / "crt"), 0644U);
  EXPECT_EQ(*ReadSmallFile(file), "new");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "key.new"));
}

TEST(PrivateFilesTest, ALeftoverOfAKilledCommandIsNoObstacleAndNoLink) {
  const TemporaryFolder folder;
  const auto elsewhere = folder.Write("elsewhere", "mine");
  std::filesystem::create_symlink(elsewhere, folder.path() / "key.new");
  ASSERT_TRUE(ReplaceFile(folder.path() / "key", "secret", kOwnerOnly).ok());
  EXPECT_EQ(*ReadSmallFile(elsewhere), "mine");
}

TEST(PrivateFilesTest, WhatCannotBeReadOrWrittenIsSaid) {
  const TemporaryFolder folder;
  EXPECT_TRUE(absl::IsNotFound(ReplaceFile(folder.path() / "none" / "f", "", kOwnerOnly)));
  EXPECT_TRUE(absl::IsNotFound(ReadSmallFile(folder.path() / "f").status()));
  EXPECT_FALSE(ReadSmallFile(folder.path()).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(ReadSmallFile(folder.Write("f", "12345"), 4).status()));
}

TEST(PrivateFilesTest, AFolderIsMadeClosedAndLockedOnce) {
  const TemporaryFolder folder;
  const auto inside = folder.path() / "a" / "b";
  ASSERT_TRUE(MakeFolder(inside, kOwnerOnlyFolder).ok());
  ASSERT_TRUE(MakeFolder(inside, kOwnerOnlyFolder).ok());
  EXPECT_EQ(ModeOf(inside), 0700U);
  {
    const auto first = FolderLock::Take(inside);
    ASSERT_TRUE(first.ok());
    EXPECT_TRUE(absl::IsUnavailable(FolderLock::Take(inside).status()));
  }
  EXPECT_TRUE(FolderLock::Take(inside).ok());
}

}  // namespace
}  // namespace biglittle
