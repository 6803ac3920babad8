#include "wire/mqtt/refusal_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

constexpr SteadyTime kNow{std::chrono::hours(1)};

TEST(RefusalLogTest, SaysTheFirstAtOnceAndTheOthersNowAndThen) {
  RefusalLog log;
  EXPECT_THAT(log.Note("a/result", 135, "no rights", kNow).value_or(""),
              HasSubstr("refuses a message to a/result: the broker does not authorize this program "
                        "(135)"));
  for (int i = 1; i < 60; ++i) {
    EXPECT_EQ(log.Note("a/result", 135, "", kNow + std::chrono::seconds(i)), std::nullopt);
  }
  EXPECT_THAT(log.Note("a/result", 135, "still", kNow + RefusalLog::kInterval).value_or(""),
              HasSubstr("61 so far"));
}

TEST(RefusalLogTest, TellsTopicsAndReasonsApart) {
  RefusalLog log;
  EXPECT_TRUE(log.Note("a", 135, "", kNow).has_value());
  EXPECT_TRUE(log.Note("b", 135, "", kNow).has_value());
  EXPECT_TRUE(log.Note("a", 151, "", kNow).has_value());
  EXPECT_FALSE(log.Note("b", 135, "", kNow).has_value());
}

TEST(RefusalLogTest, RemembersNoMoreKindsThanItsBound) {
  RefusalLog log;
  for (std::size_t i = 0; i <= RefusalLog::kMostKinds; ++i) {
    EXPECT_TRUE(log.Note(std::to_string(1000 + i), 135, "", kNow).has_value());
  }
  // The worker of a thousand devices whose reply topics have a typing error is no flood.
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_FALSE(log.Note(std::to_string(1000 + i), 135, "", kNow).has_value()) << i;
  }
  EXPECT_THAT(log.Note("1999", 135, "", kNow + RefusalLog::kInterval).value_or(""),
              HasSubstr("1999 and others, 938 so far"));
}

}  // namespace
}  // namespace biglittle::wire
