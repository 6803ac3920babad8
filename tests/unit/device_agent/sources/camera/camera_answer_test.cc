#include "device_agent/sources/camera/camera_answer.h"

#include <gtest/gtest.h>

#include <string>

namespace biglittle {
namespace {

constexpr std::uint32_t kYuyvCode = 0x56595559;  // "YUYV", the first letter in the lowest byte

CameraAnswer Answer(std::size_t width, std::size_t height, std::size_t line) {
  return {kYuyvCode, width, height, line};
}

std::string Trouble(const CameraAnswer& answer) {
  return std::string(FormatOf(answer).status().message());
}

TEST(CameraAnswer, WhatIsAskedForIsTaken) {
  for (const CameraPixels pixels :
       {CameraPixels::kYuyv, CameraPixels::kMjpeg, CameraPixels::kRgb24, CameraPixels::kGrey}) {
    const auto format = FormatOf({FourCcOf(pixels), 640, 480, 0});
    ASSERT_TRUE(format.ok()) << format.status();
    EXPECT_EQ(format->pixels, pixels);
    EXPECT_EQ(format->size.width, 640U);
    EXPECT_EQ(format->size.height, 480U);
    EXPECT_EQ(format->row_bytes, PixelBytesOfRow(pixels, 640));
  }
  EXPECT_EQ(FourCcOf(CameraPixels::kYuyv), kYuyvCode);
}

TEST(CameraAnswer, RowsMayHaveBytesBetweenThem) {
  EXPECT_EQ(FormatOf(Answer(640, 480, 1536))->row_bytes, 1536U);
  EXPECT_EQ(Trouble(Answer(640, 480, 1279)), "gives rows of 1279 bytes; 640 pixels take 1280");
}

// A camera of whole JPEGs has another name for them.
TEST(CameraAnswer, AJpegIsAJpeg) {
  EXPECT_EQ(FormatOf({0x4745504A, 640, 480, 0})->pixels, CameraPixels::kMjpeg);
}

TEST(CameraAnswer, WhatCannotBeReadIsSaid) {
  EXPECT_EQ(Trouble({0x34363248, 640, 480, 0}),
            "gives pixels of format 'H264', which cannot be read: try another 'pixel_format'");
  EXPECT_EQ(Trouble(Answer(0, 480, 0)),
            "gives images of 0 x 480 pixels; the most are 16384 a side, 16777216 in all");
  EXPECT_EQ(Trouble(Answer(4097, 4096, 0)),
            "gives images of 4097 x 4096 pixels; the most are 16384 a side, 16777216 in all");
  EXPECT_TRUE(FormatOf(Answer(4096, 4096, 0)).ok());
  EXPECT_FALSE(FormatOf(Answer(16'385, 1, 0)).ok());
  EXPECT_FALSE(FormatOf(Answer(~std::size_t{0}, ~std::size_t{0}, 0)).ok());
}

}  // namespace
}  // namespace biglittle
