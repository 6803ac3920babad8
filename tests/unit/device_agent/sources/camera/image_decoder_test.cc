#include "device_agent/sources/camera/image_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/device_agent/sources/camera/jpeg_of.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Bytes = std::vector<std::uint8_t>;

CameraFormat Format(CameraPixels pixels, std::size_t width, std::size_t height,
                    std::size_t row_bytes = 0) {
  return {pixels, {width, height}, row_bytes};
}

Bytes Decoded(std::size_t channels, const CameraFormat& format, const Bytes& bytes) {
  ImageDecoder decoder(channels);
  const auto image = decoder.Decode(format, bytes);
  EXPECT_TRUE(image.ok()) << image.status();
  if (!image.ok()) return {};
  return {image->values.begin(), image->values.end()};
}

std::string Refused(const CameraFormat& format, const Bytes& bytes) {
  ImageDecoder decoder(3);
  const auto image = decoder.Decode(format, bytes);
  EXPECT_TRUE(absl::IsDataLoss(image.status())) << image.status();
  return std::string(image.status().message());
}

// Black, white, and the primaries of BT.601: ITU-R BT.601-7, colour bars of 100 %.
TEST(ImageDecoder, YuyvByBt601) {
  const CameraFormat pair = Format(CameraPixels::kYuyv, 2, 1);
  EXPECT_THAT(Decoded(3, pair, {16, 128, 235, 128}), ElementsAre(0, 0, 0, 255, 255, 255));
  EXPECT_THAT(Decoded(3, pair, {81, 90, 81, 240}), ElementsAre(255, 0, 0, 255, 0, 0));
  EXPECT_THAT(Decoded(3, pair, {145, 54, 145, 34}), ElementsAre(0, 255, 1, 0, 255, 1));
  EXPECT_THAT(Decoded(3, pair, {41, 240, 41, 110}), ElementsAre(0, 0, 255, 0, 0, 255));
  EXPECT_THAT(Decoded(1, pair, {16, 200, 235, 7}), ElementsAre(0, 255));
  EXPECT_THAT(Decoded(1, pair, {0, 0, 255, 255}), ElementsAre(0, 255));
}

TEST(ImageDecoder, AnOddWidthUsesHalfOfItsLastPair) {
  EXPECT_THAT(Decoded(1, Format(CameraPixels::kYuyv, 3, 1), {16, 128, 235, 128, 126, 128, 99, 128}),
              ElementsAre(0, 255, 128));
}

TEST(ImageDecoder, RgbAndItsLuma) {
  const CameraFormat pair = Format(CameraPixels::kRgb24, 2, 1);
  EXPECT_THAT(Decoded(3, pair, {1, 2, 3, 4, 5, 6}), ElementsAre(1, 2, 3, 4, 5, 6));
  // As Pillow's convert("L").
  EXPECT_THAT(Decoded(1, pair, {255, 0, 0, 0, 255, 0}), ElementsAre(76, 150));
  EXPECT_THAT(Decoded(1, pair, {0, 0, 255, 255, 255, 255}), ElementsAre(29, 255));
}

TEST(ImageDecoder, Grey) {
  const CameraFormat pair = Format(CameraPixels::kGrey, 2, 1);
  EXPECT_THAT(Decoded(1, pair, {0, 255}), ElementsAre(0, 255));
  EXPECT_THAT(Decoded(3, pair, {7, 8}), ElementsAre(7, 7, 7, 8, 8, 8));
}

TEST(ImageDecoder, BytesBetweenRowsAreLeftOut) {
  EXPECT_THAT(Decoded(1, Format(CameraPixels::kGrey, 2, 2, 4), {1, 2, 9, 9, 3, 4}),
              ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(Decoded(1, Format(CameraPixels::kGrey, 2, 2, 4), {1, 2, 9, 9, 3, 4, 9, 9, 9}),
              ElementsAre(1, 2, 3, 4));
}

TEST(ImageDecoder, AnImageThatIsTooShortIsRefused) {
  EXPECT_EQ(Refused(Format(CameraPixels::kGrey, 2, 2, 4), {1, 2, 9, 9, 3}),
            "an image has 5 bytes; 2 x 2 pixels take 6");
  EXPECT_EQ(Refused(Format(CameraPixels::kYuyv, 640, 480), {}),
            "an image has 0 bytes; 640 x 480 pixels take 614400");
  EXPECT_EQ(Refused(Format(CameraPixels::kRgb24, 1, 1), {1, 2}),
            "an image has 2 bytes; 1 x 1 pixels take 3");
}

// A slope of colours, which a JPEG keeps to a few levels.
Bytes Slope(int width, int height) {
  Bytes rgb;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int level : {x * 255 / width, y * 255 / height, 128}) {
        rgb.push_back(static_cast<std::uint8_t>(level));
      }
    }
  }
  return rgb;
}

int Farthest(const Bytes& a, const Bytes& b) {
  EXPECT_EQ(a.size(), b.size());
  int farthest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    farthest = std::max(farthest, std::abs(a[i] - b[i]));
  }
  return farthest;
}

TEST(ImageDecoder, AJpegHasTheSizeThatItSays) {
  const Bytes slope = Slope(40, 24);
  const Bytes jpeg = JpegOf(slope, 40, 24);
  ImageDecoder decoder(3);
  const auto image = decoder.Decode(Format(CameraPixels::kMjpeg, 640, 480), jpeg);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->size.width, 40U);
  EXPECT_EQ(image->size.height, 24U);
  EXPECT_LE(Farthest({image->values.begin(), image->values.end()}, slope), 3);
}

TEST(ImageDecoder, AJpegsLuma) {
  const Bytes slope = Slope(40, 24);
  const Bytes luma = Decoded(1, Format(CameraPixels::kRgb24, 40, 24), slope);
  EXPECT_LE(Farthest(Decoded(1, Format(CameraPixels::kMjpeg, 40, 24), JpegOf(slope, 40, 24)), luma),
            3);
}

TEST(ImageDecoder, AJpegThatIsCutIsRefused) {
  Bytes jpeg = JpegOf(Slope(40, 24), 40, 24);
  const CameraFormat format = Format(CameraPixels::kMjpeg, 40, 24);
  EXPECT_THAT(Refused(format, {}), HasSubstr("an image of 0 bytes is no JPEG that can be read: "));
  jpeg.resize(jpeg.size() / 2);
  EXPECT_THAT(Refused(format, jpeg), HasSubstr("Premature end of JPEG file"));
  jpeg.resize(20);
  Refused(format, jpeg);
  EXPECT_THAT(Refused(format, {'h', 'e', 'l', 'l', 'o'}), HasSubstr("Not a JPEG file"));
}

// Some cameras always do it.
TEST(ImageDecoder, BytesTooManyBeforeTheEndOfAJpegDoNoHarm) {
  const Bytes slope = Slope(40, 24);
  Bytes jpeg = JpegOf(slope, 40, 24);
  jpeg.insert(jpeg.end() - 2, {0x00, 0x00, 0x00});
  EXPECT_LE(Farthest(Decoded(3, Format(CameraPixels::kMjpeg, 40, 24), jpeg), slope), 3);
}

// 65500 x 65500 would be 12 GB.
TEST(ImageDecoder, AJpegThatSaysThatItIsHugeIsRefused) {
  Bytes jpeg = JpegOf(Slope(40, 24), 40, 24);
  const Bytes size{0, 24, 0, 40};
  const auto at = std::search(jpeg.begin(), jpeg.end(), size.begin(), size.end());
  ASSERT_NE(at, jpeg.end());
  std::fill_n(at, 4, std::uint8_t{0xFF});
  at[1] = at[3] = 0xDC;
  EXPECT_THAT(Refused(Format(CameraPixels::kMjpeg, 40, 24), jpeg),
              HasSubstr("it says that it has 65500 x 65500 pixels, 16777216 are the most"));
}

// Whatever becomes of its bytes: an image or a refusal, and the next one is read as ever.
TEST(ImageDecoder, DamagedJpegsDoNoHarm) {
  const Bytes slope = Slope(40, 24);
  const CameraFormat format = Format(CameraPixels::kMjpeg, 40, 24);
  std::mt19937 random(18);  // NOLINT: the same in each run
  ImageDecoder decoder(3);
  for (const int flags : {0, TJFLAG_PROGRESSIVE}) {
    const Bytes good = JpegOf(slope, 40, 24, flags);
    for (int i = 0; i < 2000; ++i) {
      Bytes bad = good;
      for (int changes = 0; changes < 1 + i % 4; ++changes) {
        bad[random() % bad.size()] = static_cast<std::uint8_t>(random());
      }
      const auto image = decoder.Decode(format, bad);
      if (!image.ok()) continue;
      EXPECT_EQ(image->values.size(), 3 * image->size.width * image->size.height);
    }
    const auto image = decoder.Decode(format, good);
    ASSERT_TRUE(image.ok()) << image.status();
    EXPECT_LE(Farthest({image->values.begin(), image->values.end()}, slope), 3);
  }
}

}  // namespace
}  // namespace biglittle
