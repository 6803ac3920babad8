#include "device_agent/sources/formats/raw_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "tests/unit/device_agent/sources/formats/collected_frames.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::string_literals;

CollectedFrames Read(const RawFormat& format, std::string_view bytes) {
  RawFrames reader(format);
  return ReadWhole(reader, bytes);
}

TEST(RawFrames, ReadsEachTypeInEachOrder) {
  EXPECT_THAT(Read({RawType::kUint8}, "\x00\xff"s).values, ElementsAre(0, 255));
  EXPECT_THAT(Read({RawType::kInt8}, "\x7f\x80"s).values, ElementsAre(127, -128));
  EXPECT_THAT(Read({RawType::kInt16}, "\x01\x80"s).values, ElementsAre(-32767));
  EXPECT_THAT(Read({RawType::kInt16, 1, true}, "\x80\x01"s).values, ElementsAre(-32767));
  EXPECT_THAT(Read({RawType::kUint16}, "\xff\xff"s).values, ElementsAre(65535));
  EXPECT_THAT(Read({RawType::kInt32, 1, true}, "\xff\xff\xff\xfe"s).values, ElementsAre(-2));
  EXPECT_THAT(Read({RawType::kFloat32}, "\x00\x00\xc0\x3f"s).values, ElementsAre(1.5));
  EXPECT_THAT(Read({RawType::kFloat64, 1, true}, "\xc0\x04\x00\x00\x00\x00\x00\x00"s).values,
              ElementsAre(-2.5));
}

TEST(RawFrames, AFrameHasAllChannels) {
  const CollectedFrames found = Read({RawType::kInt8, 2}, "\x01\x02\x03"s);
  EXPECT_THAT(found.values, ElementsAre(1, 2));
  EXPECT_THAT(found.reasons, ElementsAre("part"));
  EXPECT_EQ(found.said[0], "1 bytes are left, a frame has 2");
}

TEST(RawFrames, RefusesWhatIsNotFinite) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::string bytes;
  for (const float value : {1.0F, 2.0F, nan, 3.0F, 4.0F, 5.0F}) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  const CollectedFrames found = Read({RawType::kFloat32, 2}, bytes);
  EXPECT_THAT(found.values, ElementsAre(1, 2, 4, 5));
  EXPECT_THAT(found.reasons, ElementsAre("number"));
}

TEST(RawFrames, HoweverItIsCutItSaysTheSame) {
  std::string bytes;
  for (char i = 0; i < 60; ++i) bytes += i;
  const RawFormat format{RawType::kInt16, 3, true};
  const CollectedFrames whole = Read(format, bytes);
  EXPECT_EQ(whole.values.size(), 30U);
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    RawFrames reader(format);
    EXPECT_EQ(ReadInPieces(reader, bytes, random).values, whole.values);
  }
}

}  // namespace
}  // namespace biglittle
