#include "core/program/kept_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <optional>

#include "tests/support/log_capture.h"

namespace biglittle {
namespace {

TEST(KeptLogTest, KeepsTheNewestAndWritesNone) {
  const LogCapture written;
  std::optional<KeptLog> kept(std::in_place);
  for (int i = 0; i < 30; ++i) spdlog::warn("line {}", i);
  spdlog::warn("\x1b[2J");
  ASSERT_EQ(kept->Lines().size(), KeptLog::kMostLines);
  EXPECT_EQ(kept->Lines().front(), "line 11");
  EXPECT_EQ(kept->Lines().back(), "\\x1b[2J");
  EXPECT_EQ(kept->Count(), 31U);
  kept.reset();
  spdlog::warn("as before");
  EXPECT_THAT(written.lines(), testing::ElementsAre("as before"));
}

}  // namespace
}  // namespace biglittle
