#include "wire/messages/compression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>

namespace biglittle::wire {
namespace {

using testing::HasSubstr;

std::string Text() {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i % 37);
  return text;
}

std::string Noise() {
  std::mt19937 random(1);
  std::string noise(2000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  return noise;
}

std::string RefusalOf(std::string_view frame, std::size_t most_bytes = 1 << 20) {
  const auto data = Decompress(frame, most_bytes);
  EXPECT_EQ(data.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(data.status().message());
}

TEST(CompressionTest, ComesBackAsItWas) {
  for (const std::string& data : {Text(), Noise(), std::string(), std::string(1, 'x')}) {
    const auto frame = Compress(data, data.size() + 100);
    ASSERT_TRUE(frame.has_value());
    const auto back = Decompress(*frame, data.size());
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, data);
  }
}

TEST(CompressionTest, SaysWhereItDoesNotPay) {
  EXPECT_TRUE(Compress(Text(), Text().size() / 2).has_value());
  EXPECT_FALSE(Compress(Noise(), Noise().size() * 9 / 10).has_value());
  EXPECT_FALSE(Compress(Text(), 0).has_value());
}

TEST(CompressionTest, RefusesMoreThanIsTaken) {
  const std::string zeros(1 << 20, '\0');
  const auto bomb = Compress(zeros, zeros.size());
  ASSERT_TRUE(bomb.has_value());
  EXPECT_LT(bomb->size(), 200U);
  EXPECT_TRUE(Decompress(*bomb, zeros.size()).ok());
  EXPECT_THAT(RefusalOf(*bomb, zeros.size() - 1),
              HasSubstr("it holds 1048576 bytes, at most 1048575"));
}

// The size stands behind magic (4 bytes) and descriptor (1): 4 bytes of it for 1 MiB.
TEST(CompressionTest, DoesNotBelieveWhatAFrameSaysOfItself) {
  const std::string zeros(1 << 20, '\0');
  std::string frame = *Compress(zeros, zeros.size());
  const std::size_t at = frame.find(std::string("\0\0\x10\0", 4));
  ASSERT_NE(at, std::string::npos);
  frame[at] = 1;  // one more than there is
  EXPECT_THAT(RefusalOf(frame, 2 << 20), HasSubstr("damaged"));
  frame.replace(at, 4, std::string("\0\x01\0\0", 4));  // much less than there is
  EXPECT_THAT(RefusalOf(frame, 2 << 20), HasSubstr("damaged"));
}

TEST(CompressionTest, SeveralFramesAreNotMoreThanTheFirstSays) {
  const std::string frame = *Compress(Text(), Text().size());
  EXPECT_THAT(RefusalOf(frame + frame), HasSubstr("damaged"));
}

TEST(CompressionTest, RefusesDamage) {
  const std::string frame = *Compress(Text(), Text().size());
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(Decompress(std::string_view(frame).substr(0, size), 1 << 20).ok()) << size;
  }
  EXPECT_THAT(RefusalOf("garbage"), HasSubstr("no zstd frame"));
  EXPECT_THAT(RefusalOf(""), HasSubstr("no zstd frame"));
  for (std::size_t at = 0; at < frame.size(); ++at) {
    std::string damaged = frame;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    // What it may do is hold something else.
    const auto data = Decompress(damaged, 1 << 20);
    EXPECT_TRUE(!data.ok() || data->size() <= 1U << 20U);
  }
}

}  // namespace
}  // namespace biglittle::wire
