#include "core/program/terminal_screen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::vector<ScreenLine> kTwo{{{0, "one", TextStyle::kPlain}},
                                   {{0, "two", TextStyle::kAlarm}, {8, "x", TextStyle::kPlain}}};

TEST(ScreenUpdateTest, WritesWhatDiffersOverWhatStoodThere) {
  EXPECT_EQ(ScreenUpdate({}, kTwo, true),
            "\x1b[1;1H\x1b[2K\x1b[1Gone"
            "\x1b[2;1H\x1b[2K\x1b[1G\x1b[1;31mtwo\x1b[0m\x1b[9Gx");
  EXPECT_EQ(ScreenUpdate(kTwo, kTwo, true), "");
  EXPECT_EQ(ScreenUpdate(kTwo, {kTwo[0]}, true), "\x1b[2;1H\x1b[2K");
  std::vector<ScreenLine> other = kTwo;
  other[0][0].text = "1";
  EXPECT_EQ(ScreenUpdate(kTwo, other, true), "\x1b[1;1H\x1b[2K\x1b[1G1");
}

TEST(ScreenUpdateTest, WithoutColoursItHasNone) {
  EXPECT_EQ(ScreenUpdate({}, {kTwo[1]}, false), "\x1b[1;1H\x1b[2K\x1b[1G\x1b[1mtwo\x1b[0m\x1b[9Gx");
}

TEST(ScreenUpdateTest, ATextCommandsNothing) {
  const std::string update = ScreenUpdate({},
                                          {{{0,
                                             "\x1b]0;owned\x07\xc2\x9b"
                                             "2J\n\xe2\x80\xae",
                                             TextStyle::kPlain}}},
                                          true);
  EXPECT_THAT(update, HasSubstr("\\x1b]0;owned\\x07\\u009b2J\\x0a\\u202e"));
  EXPECT_THAT(update, Not(HasSubstr("\x1b]")));
}

}  // namespace
}  // namespace biglittle
