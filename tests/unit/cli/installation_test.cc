#include "cli/installation.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

TEST(Installation, TheEnvironmentComesFirst) {
  EXPECT_EQ(HomeOf("/usr/bin", "/opt/mine", "/src"), "/opt/mine");
}

TEST(Installation, AnInstalledProgramFindsWhatLiesBesideItsBin) {
  const TemporaryFolder prefix;
  std::filesystem::create_directories(prefix.path() / "share/biglittle");
  EXPECT_EQ(HomeOf(prefix.path() / "bin", "", "/src"), prefix.path() / "share/biglittle");
}

TEST(Installation, ABuiltOneFindsItsSourceTree) {
  EXPECT_EQ(HomeOf("/src/build/release/bin", "", "/src"), "/src");
}

TEST(Installation, APackagedOneNeverLooksWhereItWasBuilt) {
  EXPECT_EQ(HomeOf("/opt/bin", "", ""), "/opt/share/biglittle");
}

}  // namespace
}  // namespace biglittle
