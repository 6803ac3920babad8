#include "tests/chaos/small_disk.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace biglittle::chaos {
namespace {

bool CanWrite(const std::filesystem::path& file) {
  std::ofstream out(file);
  out << "x";
  return out.flush().good();
}

TEST(SmallDiskTest, IsFilledFreedAndMadeReadOnly) {
  const TemporaryFolder folder;
  const auto disk = SmallDisk::Mount(folder.path(), 1U << 20U);
  if (!disk.ok()) GTEST_SKIP() << std::string(disk.status().message());
  EXPECT_TRUE(CanWrite(folder.path() / "a"));
  (*disk)->Fill();
  EXPECT_FALSE(CanWrite(folder.path() / "b"));
  (*disk)->Free();
  EXPECT_TRUE(CanWrite(folder.path() / "c"));
  ASSERT_TRUE((*disk)->MakeReadOnly().ok());
  EXPECT_FALSE(CanWrite(folder.path() / "d"));
}

}  // namespace
}  // namespace biglittle::chaos
