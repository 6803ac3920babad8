#include "cli/time_span.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

using std::chrono::seconds;

TEST(TimeSpanTest, IsANumberWithAUnit) {
  EXPECT_EQ(ParseTimeSpan("0s"), seconds(0));
  EXPECT_EQ(ParseTimeSpan("90s"), seconds(90));
  EXPECT_EQ(ParseTimeSpan("15m"), seconds(900));
  EXPECT_EQ(ParseTimeSpan("8h"), seconds(28'800));
  EXPECT_EQ(ParseTimeSpan("4294967295d"), seconds(4'294'967'295 * 86'400));
  for (const char* text : {"", "90", "h", "-1s", "8x", "8hh", "1.5h", " 1s", "4294967296s"}) {
    EXPECT_EQ(ParseTimeSpan(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace biglittle
