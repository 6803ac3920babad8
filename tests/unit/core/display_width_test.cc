#include "core/display_width.h"

#include <gtest/gtest.h>

namespace biglittle {
namespace {

constexpr char kPress[] = "\xe5\x86\xb2\xe5\x8e\x8b\xe6\x9c\xba";  // three of two columns
constexpr char kAccent[] = "e\xcc\x81";                            // one, by two characters

TEST(DisplayWidthTest, CountsColumnsNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("pump-1"), 6U);
  EXPECT_EQ(DisplayWidth("\xc3\xa9t\xc3\xa9"), 3U);
  EXPECT_EQ(DisplayWidth(kPress), 6U);
  EXPECT_EQ(DisplayWidth(kAccent), 1U);
  EXPECT_EQ(DisplayWidth("\xf0\x9f\x94\xa5"), 2U) << "a fire";
  EXPECT_EQ(DisplayWidth("\xff"), 1U);
}

TEST(DisplayWidthTest, FitsWhatIsTooLong) {
  EXPECT_EQ(FitInto("pump-1", 6), "pump-1");
  EXPECT_EQ(FitInto("pump-1", 5), "pump\xe2\x80\xa6");
  EXPECT_EQ(FitInto("pump-1", 1), "\xe2\x80\xa6");
  EXPECT_EQ(FitInto("pump-1", 0), "");
  EXPECT_EQ(FitInto("", 0), "");
}

// Never half a character, nor a mark without what it stands on.
TEST(DisplayWidthTest, CutsBetweenCharacters) {
  EXPECT_EQ(FitInto(kPress, 6), kPress);
  EXPECT_EQ(FitInto(kPress, 5), std::string(kPress, 6) + "\xe2\x80\xa6");
  EXPECT_EQ(FitInto(kPress, 4), std::string(kPress, 3) + "\xe2\x80\xa6");
  for (std::size_t columns = 0; columns < 8; ++columns) {
    EXPECT_LE(DisplayWidth(FitInto(kPress, columns)), columns);
  }
  const std::string marked = std::string(kAccent) + kAccent + "x";
  EXPECT_EQ(FitInto(marked, 2), std::string(kAccent) + "\xe2\x80\xa6");
}

TEST(DisplayWidthTest, WhatHasNoWidthIsReplaced) {
  EXPECT_EQ(FitInto("a\xff", 2), "a\xef\xbf\xbd");
  EXPECT_EQ(FitInto("\xf4\x8f\xbf\xbf", 2), "\xef\xbf\xbd") << "nobody's character";
}

}  // namespace
}  // namespace biglittle
