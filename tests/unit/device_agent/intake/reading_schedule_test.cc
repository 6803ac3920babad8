#include "device_agent/intake/reading_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/random.h"

namespace biglittle {
namespace {

SteadyTime At(std::int64_t milliseconds) { return SteadyTime(Milliseconds(milliseconds)); }

// Capture times in milliseconds; the dropped ones negative.
std::vector<std::int64_t> TakeAll(ReadingSchedule& schedule, std::int64_t now) {
  std::vector<std::int64_t> times;
  while (const auto due = schedule.Take(At(now))) {
    const auto time =
        std::chrono::duration_cast<Milliseconds>(due->captured_at.time_since_epoch()).count();
    times.push_back(due->dropped ? -time : time);
  }
  return times;
}

TEST(ReadingScheduleTest, DeliversEachReadingAtItsTime) {
  ReadingSchedule schedule(Milliseconds(10), 4, WhenFull::kDropOldest, At(100));
  EXPECT_FALSE(schedule.Take(At(99)).has_value());
  EXPECT_EQ(schedule.NextTake(), At(100));
  EXPECT_THAT(TakeAll(schedule, 100), testing::ElementsAre(100));
  EXPECT_EQ(schedule.NextTake(), At(110));
  EXPECT_THAT(TakeAll(schedule, 135), testing::ElementsAre(110, 120, 130));
}

TEST(ReadingScheduleTest, DropsTheOldest) {
  ReadingSchedule schedule(Milliseconds(10), 3, WhenFull::kDropOldest, At(100));
  EXPECT_THAT(TakeAll(schedule, 160), testing::ElementsAre(-100, -110, -120, -130, 140, 150, 160));
}

// A device that slept for longer than 2^32 of its intervals.
TEST(ReadingScheduleTest, DropsMoreThanASizeOf32BitsCounts) {
  constexpr std::int64_t kLast = (std::int64_t{1} << 32) + 10;
  ReadingSchedule schedule(Milliseconds(1), 3, WhenFull::kDropOldest, At(0));
  for (std::int64_t i = 0; i < 12; ++i) {
    const auto due = schedule.Take(At(kLast));
    ASSERT_TRUE(due.has_value());
    EXPECT_EQ(due->captured_at, At(i));
    EXPECT_TRUE(due->dropped) << i;
  }
  EXPECT_EQ(schedule.waiting(), 3U);
}

TEST(ReadingScheduleTest, DropsTheNewest) {
  ReadingSchedule schedule(Milliseconds(10), 3, WhenFull::kDropNewest, At(100));
  EXPECT_EQ(schedule.Take(At(130))->captured_at, At(100));
  EXPECT_EQ(schedule.waiting(), 2U);
  // One place is free again: 140 fits, 150 does not.
  EXPECT_THAT(TakeAll(schedule, 150), testing::ElementsAre(110, 120, -130, 140, -150));
}

// Whatever happens: in order, none missing, none twice, and never more than the capacity waits.
TEST(ReadingScheduleTest, NoReadingIsMissing) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const auto rule = seed % 2 == 0 ? WhenFull::kDropOldest : WhenFull::kDropNewest;
    const auto capacity = static_cast<std::size_t>(1 + random.Below(5));
    ReadingSchedule schedule(Milliseconds(7), capacity, rule, At(0));
    std::int64_t now = 0;
    SteadyTime expected = At(0);
    for (int turn = 0; turn < 60; ++turn) {
      now += static_cast<std::int64_t>(random.Below(random.Below(10) == 0 ? 1000 : 20));
      for (std::uint64_t takes = random.Below(6); takes > 0; --takes) {
        const auto due = schedule.Take(At(now));
        if (!due) break;
        ASSERT_EQ(due->captured_at, expected) << "seed " << seed;
        expected += Milliseconds(7);
        ASSERT_LE(schedule.waiting(), capacity);
      }
    }
    while (const auto due = schedule.Take(At(now))) {
      ASSERT_EQ(due->captured_at, expected) << "seed " << seed;
      expected += Milliseconds(7);
    }
    ASSERT_GT(expected, At(now)) << "seed " << seed;
  }
}

// A stall of a year costs no memory and no time.
TEST(ReadingScheduleTest, ALongStallIsOneRun) {
  ReadingSchedule schedule(Milliseconds(1), 2, WhenFull::kDropOldest, At(0));
  constexpr std::int64_t kYear = 365LL * 24 * 3600 * 1000;
  EXPECT_TRUE(schedule.Take(At(kYear))->dropped);
  EXPECT_EQ(schedule.waiting(), 2U);
}

}  // namespace
}  // namespace biglittle
