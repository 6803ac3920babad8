#include "cli/provision/private_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "tests/support/temporary_folder.h"

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

TEST(PrivateFilesTest, WhatIsGivenAwayIsGivenUnderItsOwnNameOnly) {
  if (geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const TemporaryFolder folder;
  const auto elsewhere = folder.Write("elsewhere", "root's");
  std::filesystem::create_symlink(elsewhere, folder.path() / "crl.pem");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "link");
  ASSERT_TRUE(ReplaceFile(folder.path() / "crl.pem", "", kReadableByAll, FileOwner{12, 34}).ok());
  EXPECT_FALSE(GiveFolder(folder.path() / "link", FileOwner{12, 34}).ok());
  struct stat about {};
  ASSERT_EQ(lstat((folder.path() / "crl.pem").c_str(), &about), 0);
  EXPECT_TRUE(S_ISREG(about.st_mode));
  EXPECT_EQ(std::pair(about.st_uid, about.st_gid), std::pair(uid_t{12}, gid_t{34}));
  ASSERT_EQ(stat(elsewhere.c_str(), &about), 0);
  EXPECT_EQ(about.st_uid, 0U);
  ASSERT_EQ(stat(folder.path().c_str(), &about), 0);
  EXPECT_EQ(about.st_uid, 0U);
}

TEST(PrivateFilesTest, AFolderThatOthersCanChangeIsNotWorkedIn) {
  const TemporaryFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0777), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(FolderLock::Take(folder.path()).status()));
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  EXPECT_TRUE(FolderLock::Take(folder.path()).ok());
  if (geteuid() != 0) return;
  ASSERT_EQ(chown(folder.path().c_str(), 12, 34), 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(FolderLock::Take(folder.path()).status()));
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
