#include "core/date_time.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

std::string Read(std::string_view text) {
  const auto time = ParseEndTime(text);
  return time ? ToDateTime(*time) : "none";
}

TEST(DateTimeTest, ADayEndsAtItsMidnight) {
  EXPECT_EQ(Read("2027-01-31"), "2027-02-01T00:00:00Z");
  EXPECT_EQ(Read("2028-02-29"), "2028-03-01T00:00:00Z");
}

TEST(DateTimeTest, ATimeIsTakenWithItsOffset) {
  EXPECT_EQ(Read("2027-01-31T12:34:56Z"), "2027-01-31T12:34:56Z");
  EXPECT_EQ(Read("2027-01-31t12:34:56.789z"), "2027-01-31T12:34:56Z");
  EXPECT_EQ(Read("2027-01-31 12:34:56+01:30"), "2027-01-31T11:04:56Z");
  EXPECT_EQ(Read("2027-01-31T23:30:00-01:00"), "2027-02-01T00:30:00Z");
  EXPECT_EQ(Read("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
}

TEST(DateTimeTest, WhatIsNeitherIsNothing) {
  for (const char* text :
       {"", "2027", "2027-1-31", "2027-13-01", "2027-02-29", "2027-00-10", "27-01-31", "1969-12-31",
        "9999-01-01", "2027-01-31T", "2027-01-31T12:00:00", "2027-01-31T24:00:00Z",
        "2027-01-31T12:60:00Z", "2027-01-31T12:00:61Z", "2027-01-31T12:00:00.Z",
        "2027-01-31T12:00:00Z ", "2027-01-31T12:00:00+24:00", "2027-01-31x", "-027-01-31"}) {
    EXPECT_EQ(Read(text), "none") << text;
  }
}

// Where time_t has 32 bits, 2040 is 1904.
TEST(DateTimeTest, GoesOnAfterThatOf32Bits) {
  EXPECT_EQ(Read("2038-01-19T03:14:08Z"), "2038-01-19T03:14:08Z");
  EXPECT_EQ(Read("2199-12-31T23:59:59Z"), "2199-12-31T23:59:59Z");
  EXPECT_EQ(ToDateTimeMs(WallTime(std::chrono::milliseconds(-1))), "1969-12-31T23:59:59.999Z");
}

TEST(DateTimeTest, ACalendarIsATimeAndBack) {
  for (const std::int64_t seconds : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{951'826'331},
                                     std::int64_t{4'102'444'800}, std::int64_t{253'402'300'799}}) {
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds)};
    EXPECT_EQ(TimeOf(CalendarOf(time)), time);
  }
  const std::tm leap = CalendarOf(std::chrono::sys_seconds(std::chrono::seconds(951'826'331)));
  EXPECT_EQ(leap.tm_year, 100);
  EXPECT_EQ(leap.tm_mon, 1);
  EXPECT_EQ(leap.tm_mday, 29);
  EXPECT_EQ(leap.tm_hour, 12);
  EXPECT_EQ(leap.tm_min, 12);
  EXPECT_EQ(leap.tm_sec, 11);
  EXPECT_EQ(leap.tm_wday, 2);
}

// The end of a certificate that has none, by RFC 5280.
TEST(DateTimeTest, TheLastYearIsTheClocksLastMoment) {
  const WallTime end = ToWallTime(std::chrono::sys_seconds(std::chrono::seconds(253'402'300'799)));
  EXPECT_EQ(ToDateTime(end), "2262-04-11T23:47:16Z");
}

}  // namespace
}  // namespace biglittle
