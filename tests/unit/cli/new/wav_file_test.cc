#include "cli/new/wav_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "tests/unit/cli/new/wav_bytes.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Error(const std::string& bytes) {
  return std::string(ParseWav(bytes).status().message());
}

TEST(ParseWavTest, GivesWholeNumbersAsTheyAre) {
  const auto sound = ParseWav(WavBytes({.channels = 2, .rate_hz = 44100}, {1, 0xFFFF, 0x8000, 9}));
  ASSERT_TRUE(sound.ok()) << sound.status();
  EXPECT_EQ(sound->rate_hz, 44100U);
  EXPECT_EQ(sound->channels, 2U);
  EXPECT_TRUE(sound->is_int16);
  EXPECT_THAT(sound->frames, ElementsAre(1, -1, -32768, 9));
}

TEST(ParseWavTest, ReadsOtherWidths) {
  EXPECT_THAT(ParseWav(WavBytes({.bits = 8}, {0, 128, 255}))->frames, ElementsAre(0, 128, 255));
  EXPECT_THAT(ParseWav(WavBytes({.bits = 24}, {0xFFFFFF, 5}))->frames, ElementsAre(-1, 5));
  EXPECT_THAT(ParseWav(WavBytes({.bits = 32}, {0xFFFFFFFE}))->frames, ElementsAre(-2));
  EXPECT_THAT(
      ParseWav(WavBytes({.kind = 3, .bits = 32}, {std::bit_cast<std::uint32_t>(0.25F)}))->frames,
      ElementsAre(0.25F));
  EXPECT_FALSE(ParseWav(WavBytes({.bits = 24}, {1}))->is_int16);
}

TEST(ParseWavTest, PassesOverOtherChunks) {
  const std::string odd = "LIST" + LittleEndian(3, 4) + "abc" + std::string(1, '\0');
  const std::string data = "data" + LittleEndian(2, 4) + LittleEndian(7, 2);
  const auto sound = ParseWav(Riff(odd + FormatChunk({}) + odd + data));
  ASSERT_TRUE(sound.ok()) << sound.status();
  EXPECT_THAT(sound->frames, ElementsAre(7));
}

TEST(ParseWavTest, EndsWithTheFileWhereTheRecorderWasKilled) {
  const std::string data = "data" + LittleEndian(0xFFFFFFFF, 4) + LittleEndian(7, 2) + "x";
  EXPECT_THAT(ParseWav(Riff(FormatChunk({}) + data))->frames, ElementsAre(7));
}

TEST(ParseWavTest, RefusesWhatItCannotRead) {
  EXPECT_THAT(Error("RIFX"), HasSubstr("no WAV file"));
  EXPECT_THAT(Error(Riff("")), HasSubstr("no samples"));
  EXPECT_THAT(Error(Riff("data" + LittleEndian(2, 4) + "ab")), HasSubstr("before their format"));
  EXPECT_THAT(Error(WavBytes({.kind = 17, .bits = 16}, {})), HasSubstr("WAV format 17"));
  EXPECT_THAT(Error(WavBytes({.bits = 12}, {})), HasSubstr("12 bits"));
  EXPECT_THAT(Error(WavBytes({.channels = 0}, {})), HasSubstr("0 channels"));
  EXPECT_THAT(Error(WavBytes({.rate_hz = 0}, {})), HasSubstr("at 0 Hz"));
}

TEST(ParseWavTest, TakesAnyPrefixWithoutACrash) {
  const std::string whole = WavBytes({.channels = 2}, {1, 2, 3, 4});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto sound = ParseWav(std::string_view(whole).substr(0, size));
    if (!sound.ok()) continue;
    EXPECT_LT(sound->frames.size(), 4U) << size;
  }
}

}  // namespace
}  // namespace biglittle
