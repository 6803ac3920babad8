#include "cli/watch/since_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <time.h>

#include <cstdlib>

#include "core/date_time.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

// Two hours before UTC's in summer, one in winter.
class SinceWordsTest : public testing::Test {
 protected:
  SinceWordsTest() {
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
  }
  ~SinceWordsTest() override {
    unsetenv("TZ");
    tzset();
  }
  static std::string Since(std::string_view text, const char* now = "2026-11-29T12:00:00Z") {
    const auto since = ParseSince(text, ParseEndTime(now).value());
    return since.ok() ? ToDateTime(*since) : std::string(since.status().message());
  }
};

TEST_F(SinceWordsTest, AnAgeIsSoLongAgo) {
  EXPECT_EQ(Since("90s"), "2026-11-29T11:58:30Z");
  EXPECT_EQ(Since("10m"), "2026-11-29T11:50:00Z");
  EXPECT_EQ(Since("8h"), "2026-11-29T04:00:00Z");
  EXPECT_EQ(Since("7d"), "2026-11-22T12:00:00Z");
}

TEST_F(SinceWordsTest, ATimeOfDayIsTheLastOneHere) {
  EXPECT_EQ(Since("06:30"), "2026-11-29T05:30:00Z");
  EXPECT_EQ(Since("06:30:15"), "2026-11-29T05:30:15Z");
  EXPECT_EQ(Since("13:00"), "2026-11-29T12:00:00Z") << "now";
  EXPECT_EQ(Since("13:01"), "2026-11-28T12:01:00Z") << "yesterday's";
  // The clocks were put back in between.
  EXPECT_EQ(Since("06:30", "2026-10-25T12:00:00Z"), "2026-10-25T05:30:00Z");
  EXPECT_EQ(Since("23:00", "2026-10-25T12:00:00Z"), "2026-10-24T21:00:00Z");
}

TEST_F(SinceWordsTest, AnInstantIsItself) {
  EXPECT_EQ(Since("2026-11-29T06:30:00Z"), "2026-11-29T06:30:00Z");
  EXPECT_EQ(Since("2026-11-29T06:30:00+02:00"), "2026-11-29T04:30:00Z");
  EXPECT_EQ(Since("2026-07-01T06:30"), "2026-07-01T04:30:00Z");
  EXPECT_EQ(Since("2026-11-29 06:30:10"), "2026-11-29T05:30:10Z");
  EXPECT_EQ(Since("2026-11-29"), "2026-11-28T23:00:00Z") << "its beginning";
}

TEST_F(SinceWordsTest, RefusesWhatIsNoneAndWhatIsToCome) {
  for (const char* text :
       {"", "yesterday", "8", "25:00", "6", "2026-13-01", "2026-11-29T", "8hh"}) {
    EXPECT_THAT(Since(text), HasSubstr("--since must be an age like 10m, 8h or 7d")) << text;
  }
  EXPECT_THAT(Since("\x1b[2J"), HasSubstr("'\\x1b[2J'"));
  EXPECT_EQ(Since("2026-11-30"),
            "--since must be in the past: '2026-11-30' is 2026-11-29T23:00:00Z");
}

}  // namespace
}  // namespace biglittle
