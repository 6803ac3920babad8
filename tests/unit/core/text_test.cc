#include "core/text.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace biglittle {
namespace {

TEST(FirstUnprintable, AcceptsTextOfEveryPlane) {
  EXPECT_EQ(FirstUnprintable(""), std::nullopt);
  EXPECT_EQ(FirstUnprintable("tab\t line\r\n ~"), std::nullopt);
  EXPECT_EQ(FirstUnprintable("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x99\x82 \xf4\x8f\xbf\xbf"),
            std::nullopt);
}

TEST(FirstUnprintable, FindsControlCharacters) {
  EXPECT_EQ(FirstUnprintable("ab\x1b[0m"), 2U);
  EXPECT_EQ(FirstUnprintable("abc\x7f"), 3U);
  EXPECT_EQ(FirstUnprintable(std::string_view("a\0b", 3)), 1U);
}

TEST(FirstUnprintable, FindsWhatIsNotUtf8) {
  EXPECT_EQ(FirstUnprintable("a\x80"), 1U);             // a continuation alone
  EXPECT_EQ(FirstUnprintable("\xc3"), 0U);              // cut short
  EXPECT_EQ(FirstUnprintable("\xc0\xaf"), 0U);          // overlong
  EXPECT_EQ(FirstUnprintable("\xe0\x80\xaf"), 0U);      // overlong
  EXPECT_EQ(FirstUnprintable("\xed\xa0\x80"), 0U);      // a surrogate
  EXPECT_EQ(FirstUnprintable("\xf4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(FirstUnprintable("\xff"), 0U);
}

TEST(Quoted, ShowsWhatCannotBeShown) {
  EXPECT_EQ(Quoted("plain"), "'plain'");
  EXPECT_EQ(Quoted("a\nb\x1b"), "'a\\x0ab\\x1b'");
  EXPECT_EQ(Quoted("\xc3\xa4\xff"), "'\xc3\xa4\\xff'");
  EXPECT_EQ(Quoted(""), "''");
}

TEST(Quoted, ShowsWhatNobodySees) {
  EXPECT_EQ(Quoted("id\xe2\x80\x8b"), "'id\\u200b'");  // zero-width space
  EXPECT_EQ(Quoted("\xef\xbb\xbfid"), "'\\ufeffid'");  // byte order mark
  EXPECT_EQ(Quoted("a\xc2\xa0"
                   "b"),
            "'a\\u00a0b'");  // no-break space
  EXPECT_EQ(Quoted("a\xc2\xad"
                   "b"),
            "'a\\u00adb'");  // soft hyphen
  EXPECT_EQ(Quoted("a\xe2\x80\xae"
                   "b\xe2\x81\xa6"),
            "'a\\u202eb\\u2066'");  // direction
  EXPECT_EQ(Quoted("a\xc2\x9b"
                   "1m"),
            "'a\\u009b1m'");                                 // a terminal's command
  EXPECT_EQ(Quoted("a\xf3\xa0\x81\x81"), "'a\\U000e0041'");  // a tag
  EXPECT_EQ(Quoted("\xe3\x81\x82 \xd9\x81"), "'\xe3\x81\x82 \xd9\x81'");
}

TEST(Invisible, IsFoundAndLeftOut) {
  EXPECT_EQ(FirstInvisible("plain \xc3\xa4\t\n"), std::nullopt);
  EXPECT_EQ(FirstInvisible("ab\xe2\x80\x8b"), 2U);
  EXPECT_EQ(FirstInvisible("\xff\xc2\xa0"), 1U);
  EXPECT_EQ(WithoutInvisible("\xef\xbb\xbfho\xe2\x80\x8bst\xc2\xa0"), "host");
  EXPECT_EQ(WithoutInvisible("host"), "host");
  EXPECT_EQ(WithoutByteOrderMark("\xef\xbb\xbfhost"), "host");
  EXPECT_EQ(WithoutByteOrderMark("host\xef\xbb\xbf"), "host\xef\xbb\xbf");
}

TEST(Quoted, ShortensWithoutCuttingACharacter) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "\xc3\xa4";
  const std::string quoted = Quoted(umlauts);
  EXPECT_LT(quoted.size(), 80U);
  EXPECT_EQ(FirstUnprintable(quoted), std::nullopt);
  EXPECT_TRUE(quoted.ends_with("...'"));
}

TEST(Identifier, HasALengthAndAnAlphabet) {
  EXPECT_TRUE(IsIdentifier("Pump_1.a-b"));
  EXPECT_TRUE(IsIdentifier(std::string(64, 'x')));
  for (const std::string& bad :
       {std::string(), std::string(65, 'x'), std::string("a/b"), std::string("a+"),
        std::string("#"), std::string("a b"), std::string("\xc3\xa4")}) {
    EXPECT_FALSE(IsIdentifier(bad)) << bad;
  }
}

TEST(TaskName, HasASmallerAlphabet) {
  EXPECT_TRUE(IsTaskName("fashion-mnist2"));
  EXPECT_FALSE(IsTaskName("Har"));
  EXPECT_FALSE(IsTaskName(".."));
  EXPECT_FALSE(IsTaskName(""));
}

TEST(Loopback, IsNoNameThatOnlyBeginsLikeIt) {
  for (const char* own : {"localhost", "127.0.0.1", "127.255.3.4", "::1"}) {
    EXPECT_TRUE(IsLoopback(own)) << own;
  }
  for (const char* other : {"127.example.org", "127.0.0.1.example.org", "127.", "128.0.0.1", "::2",
                            "localhost.example.org", "0.0.0.0", ""}) {
    EXPECT_FALSE(IsLoopback(other)) << other;
  }
}

TEST(ParseNumber, TakesATextThatIsOneAsAWhole) {
  EXPECT_EQ(ParseNumber<int>("-12"), -12);
  EXPECT_EQ(ParseNumber<double>("1e3"), 1000.0);
  for (const char* none : {"", " 1", "1 ", "+1", "1x", "x", "300"}) {
    EXPECT_EQ(ParseNumber<std::uint8_t>(none), std::nullopt) << none;
  }
}

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("port", "port"), 0U);
  EXPECT_EQ(EditDistance("prot", "port"), 1U);  // neighbours swapped
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(NearestTo, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string_view> known = {"id", "host", "port", "deadline_ms"};
  EXPECT_EQ(NearestTo("hots", known), "host");
  EXPECT_EQ(NearestTo("deadline", known), "deadline_ms");
  EXPECT_EQ(NearestTo("port_number", known), "port");
  EXPECT_EQ(NearestTo("xy", known), "");
  EXPECT_EQ(NearestTo("password", known), "");
  EXPECT_EQ(NearestTo(std::string(1000, 'p'), known), "");
}

}  // namespace
}  // namespace biglittle
