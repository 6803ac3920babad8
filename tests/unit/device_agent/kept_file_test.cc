#include "device_agent/kept_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

TEST(KeptFileTest, IsForItsOwnerAloneAndComesBack) {
  const TemporaryFolder folder;
  const KeptFile file(folder.path() / "pump.json");
  EXPECT_EQ(file.Read().value(), std::nullopt);
  ASSERT_TRUE(file.Write("text").ok());
  EXPECT_EQ(file.Read().value(), "text");
  struct stat status {};
  ASSERT_EQ(stat(file.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  file.PutAside();
  EXPECT_EQ(file.Read().value(), std::nullopt);
  ASSERT_TRUE(file.Write("more").ok());
  ASSERT_TRUE(file.Write("").ok());
  EXPECT_EQ(file.Read().value(), std::nullopt);
}

TEST(KeptFileTest, WhatOthersCouldHaveWrittenIsNoWord) {
  const TemporaryFolder folder;
  const KeptFile file(folder.path() / "pump.json");
  ASSERT_TRUE(file.Write("text").ok());
  ASSERT_EQ(chmod(file.path().c_str(), 0622), 0);
  EXPECT_FALSE(file.Read().ok());
  std::filesystem::rename(file.path(), folder.path() / "elsewhere");
  std::filesystem::create_symlink(folder.path() / "elsewhere", file.path());
  EXPECT_FALSE(file.Read().ok());
}

}  // namespace
}  // namespace biglittle
