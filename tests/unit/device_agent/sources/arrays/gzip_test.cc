#include "device_agent/sources/arrays/gzip.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

constexpr std::size_t kLimit = 1U << 20U;

std::string Packed(std::string_view text) {
  const auto packed = Gzip(AsBytes(text));
  EXPECT_TRUE(packed.ok()) << packed.status();
  return {reinterpret_cast<const char*>(packed->data()), packed->size()};
}

// The unpacked text, or what is wrong.
std::string Unpacked(std::string_view packed, std::size_t limit = kLimit) {
  const auto bytes = Gunzip(AsBytes(packed), limit);
  if (!bytes.ok()) return std::string(bytes.status().message());
  return {reinterpret_cast<const char*>(bytes->data()), bytes->size()};
}

// "hi\n" as the gzip program packs it, with a file name in the header.
constexpr std::string_view kHiWithName(
    "\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\x03hi.txt\x00\xcb\xc8\xe4\x02\x00\x7a\x7a\x6f\xed\x03\x00"
    "\x00\x00",
    30);

TEST(Gzip, UnpacksWhatTheGzipProgramPacked) { EXPECT_EQ(Unpacked(kHiWithName), "hi\n"); }

TEST(Gzip, UnpacksWhatItPacked) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919);
  EXPECT_EQ(Unpacked(Packed(text)), text);
  EXPECT_EQ(Unpacked(Packed("")), "");
}

TEST(Gzip, PacksTheSameBytesEachTime) { EXPECT_EQ(Packed("hello"), Packed("hello")); }

TEST(Gzip, UnpacksSeveralMembers) {
  EXPECT_EQ(Unpacked(Packed("one ") + Packed("two")), "one two");
}

// A block of a tape or a card is filled up with them; the gzip program passes over them too.
TEST(Gzip, PassesOverZerosAtTheEnd) {
  EXPECT_EQ(Unpacked(Packed("one") + std::string(1000, '\0')), "one");
  EXPECT_EQ(Unpacked(Packed("one ") + Packed("two") + '\0'), "one two");
  EXPECT_EQ(Unpacked(Packed("one") + std::string(3, '\0') + "x"),
            "4 bytes that are not gzip data follow the gzip data");
}

TEST(Gzip, HoldsTheLimitExactly) {
  const std::string packed = Packed(std::string(5000, 'x'));
  EXPECT_EQ(Unpacked(packed, 5000).size(), 5000U);
  EXPECT_EQ(Unpacked(packed, 4999), "more than 4999 bytes when unpacked, which is the limit");
  // The limit counts all members.
  EXPECT_EQ(Unpacked(packed + packed, 9999),
            "more than 9999 bytes when unpacked, which is the limit");
  EXPECT_EQ(Unpacked(packed + packed, 10'000).size(), 10'000U);
}

TEST(Gzip, TellsEveryCutShortFile) {
  const std::string packed = Packed("a text that is long enough to be packed in some bytes");
  for (std::size_t size = 2; size < packed.size(); ++size) {
    EXPECT_EQ(Unpacked(packed.substr(0, size)), "the gzip data is cut short") << size;
  }
}

TEST(Gzip, TellsDamage) {
  std::string packed = Packed("some text");
  packed[packed.size() - 6] = static_cast<char>(packed[packed.size() - 6] ^ 1);  // the checksum
  EXPECT_EQ(Unpacked(packed), "the gzip data is damaged: incorrect data check");
  EXPECT_EQ(Unpacked(Packed("some text") + "tail"),
            "4 bytes that are not gzip data follow the gzip data");
}

}  // namespace
}  // namespace biglittle
