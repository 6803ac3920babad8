// The shim before a program that everybody has.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "tests/support/temporary_folder.h"

namespace biglittle::chaos {
namespace {

// Seconds by which `date` under the shim is behind.
long Behind(const std::filesystem::path& file) {
  const std::string command = fmt::format("LD_PRELOAD={} BIGLITTLE_CHAOS_CLOCK={} date +%s",
                                          BIGLITTLE_CLOCK_SHIM, file.string());
  FILE* pipe = popen(command.c_str(), "r");
  char text[32] = "";
  EXPECT_NE(std::fgets(text, sizeof(text), pipe), nullptr);
  pclose(pipe);
  return static_cast<long>(std::time(nullptr)) - std::atol(text);
}

TEST(ClockShimTest, SetsTheClockBackWhileTheFileExists) {
  const TemporaryFolder folder;
  EXPECT_LT(Behind(folder.path() / "back"), 60);
  folder.Write("back", "");
  EXPECT_GE(Behind(folder.path() / "back"), 3600);
  EXPECT_LT(Behind(folder.path() / "back"), 3660);
}

}  // namespace
}  // namespace biglittle::chaos
