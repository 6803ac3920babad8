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

}  // namespace
}  // namespace biglittle
