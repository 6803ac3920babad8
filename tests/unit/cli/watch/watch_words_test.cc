#include "cli/watch/watch_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/plural_words.h"

namespace biglittle {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// As dashboard/tests/unit/words.test.ts has it of the console.
TEST(WatchWordsTest, SayWhatTheConsoleSays) {
  EXPECT_EQ(DurationWords(seconds(-5)), "0 s");
  EXPECT_EQ(DurationWords(seconds(59)), "59 s");
  EXPECT_EQ(DurationWords(minutes(12)), "12 min");
  EXPECT_EQ(DurationWords(minutes(125)), "2 h 5 min");
  EXPECT_EQ(DurationWords(hours(3)), "3 h");
  EXPECT_EQ(DurationWords(hours(73)), "3 d");
  EXPECT_EQ(AgoWords(seconds(4)), "now");
  EXPECT_EQ(AgoWords(seconds(12)), "12 s ago");
  EXPECT_EQ(MillisecondsWords(0), "0 ms");
  EXPECT_EQ(MillisecondsWords(0.043), "0.043 ms");
  EXPECT_EQ(MillisecondsWords(1.62), "1.6 ms");
  EXPECT_EQ(MillisecondsWords(2), "2 ms");
  EXPECT_EQ(MillisecondsWords(0.999), "1 ms");
  EXPECT_EQ(MillisecondsWords(9.96), "10 ms");
  EXPECT_EQ(MillisecondsWords(340.4), "340 ms");
  EXPECT_EQ(MillisecondsWords(1210), "1.2 s");
  EXPECT_EQ(PercentWords(0), "0 %");
  EXPECT_EQ(PercentWords(0.004), "< 1 %");
  EXPECT_EQ(PercentWords(0.41), "41 %");
  EXPECT_EQ(PercentWords(0.996), "> 99 %");
  EXPECT_EQ(PercentWords(1), "100 %");
  EXPECT_EQ(ClassWords("outer_race_severe"), "outer race, severe");
  EXPECT_EQ(ClassWords("healthy"), "healthy");
  EXPECT_EQ(CountWords(2), "two");
  EXPECT_EQ(CountWords(13), "13");
  EXPECT_EQ(PluralWords(1, "device"), "1 device");
  EXPECT_EQ(PluralWords(2, "device"), "2 devices");
}

TEST(WatchWordsTest, NamesHaveTheirOwnOrder) {
  const std::vector<std::string> sorted{"",       "fan-1",   "pump",    "pump-01", "pump-1",
                                        "pump-2", "pump-9a", "pump-10", "valve"};
  std::vector<std::string> names(sorted.rbegin(), sorted.rend());
  std::ranges::sort(names, [](const auto& a, const auto& b) { return IsNameBefore(a, b); });
  EXPECT_EQ(names, sorted);
}

}  // namespace
}  // namespace biglittle
