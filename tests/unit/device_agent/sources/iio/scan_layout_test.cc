#include "device_agent/sources/iio/scan_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::byte> Bytes(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

struct ValueCase {
  const char* type;
  std::vector<std::byte> bytes;
  double value;
};
void PrintTo(const ValueCase& c, std::ostream* out) { *out << c.type << " = " << c.value; }

class ScanValueTest : public ::testing::TestWithParam<ValueCase> {};

TEST_P(ScanValueTest, IsTheNumberThatIsMeant) {
  const auto element = ParseScanElement(GetParam().type);
  ASSERT_TRUE(element.ok()) << element.status();
  ASSERT_EQ(element->bytes(), GetParam().bytes.size());
  EXPECT_EQ(ScanValue(*element, GetParam().bytes), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(
    Types, ScanValueTest,
    ::testing::Values(
        ValueCase{"le:u8/8>>0", Bytes({0xff}), 255}, ValueCase{"le:s8/8>>0", Bytes({0xff}), -1},
        ValueCase{"be:s8/8", Bytes({0x80}), -128}, ValueCase{"le:u1/8>>7", Bytes({0x80}), 1},
        ValueCase{"le:u4/8>>2", Bytes({0xff}), 15}, ValueCase{"le:s4/8>>4", Bytes({0x8f}), -8},
        ValueCase{"le:u16/16>>0", Bytes({0x34, 0x12}), 0x1234},
        ValueCase{"be:u16/16>>0", Bytes({0x12, 0x34}), 0x1234},
        ValueCase{"le:s16/16>>0", Bytes({0x00, 0x80}), -32768},
        ValueCase{"be:s16/16>>0", Bytes({0xff, 0xfe}), -2},
        // What lies beside the bits that count does not.
        ValueCase{"le:s12/16>>4", Bytes({0x0f, 0x80}), -2048},
        ValueCase{"le:s12/16>>4", Bytes({0xff, 0x7f}), 2047},
        ValueCase{"be:s12/16>>4", Bytes({0xff, 0xef}), -2},
        ValueCase{"le:u12/16>>0", Bytes({0xff, 0xff}), 4095},
        ValueCase{"le:s13/16>>0", Bytes({0x00, 0xf0}), -4096},
        ValueCase{"be:u24/32>>8", Bytes({0x01, 0x02, 0x03, 0xff}), 0x010203},
        ValueCase{"be:s24/32>>8", Bytes({0xff, 0xff, 0xfe, 0x55}), -2},
        ValueCase{"le:s24/32>>8", Bytes({0x55, 0x00, 0x00, 0x80}), -8388608},
        ValueCase{"le:u32/32>>0", Bytes({0xff, 0xff, 0xff, 0xff}), 4294967295.0},
        ValueCase{"le:s32/32>>0", Bytes({0x00, 0x00, 0x00, 0x80}), -2147483648.0},
        ValueCase{"be:u1/32>>31", Bytes({0x80, 0, 0, 0}), 1},
        ValueCase{"le:s64/64>>0", Bytes({0xfe, 255, 255, 255, 255, 255, 255, 255}), -2},
        ValueCase{"be:u64/64>>0", Bytes({0x80, 0, 0, 0, 0, 0, 0, 0}), 9223372036854775808.0},
        ValueCase{"be:s40/64>>24", Bytes({0xff, 0xff, 0xff, 0xff, 0xf0, 1, 2, 3}), -16},
        ValueCase{"le:u1/64>>63", Bytes({0, 0, 0, 0, 0, 0, 0, 0x80}), 1},
        // The first of several.
        ValueCase{"le:s16/16X2>>0", Bytes({0x01, 0x00, 0x02, 0x00}), 1}));

TEST(ScanElementTest, SaysAllOfAType) {
  EXPECT_EQ(ParseScanElement("be:s12/16X4>>3").value(), (ScanElement{.big_endian = true,
                                                                     .is_signed = true,
                                                                     .bits = 12,
                                                                     .storage_bits = 16,
                                                                     .repeat = 4,
                                                                     .shift = 3}));
}

TEST(ScanElementTest, OthersAreNoTypes) {
  for (const char* type : {"",
                           "le",
                           "le:",
                           "le:s",
                           "le:s12",
                           "le:s12/",
                           "le:s/16",
                           "xe:s12/16",
                           "le:f32/32",
                           "s12/16>>4",
                           "le:s0/16",
                           "le:s17/16",
                           "le:s12/12",
                           "le:s12/24",
                           "le:s12/128",
                           "le:s12/0",
                           "le:s12/16>>16",
                           "le:s12/16>>",
                           "le:s12/16>>-1",
                           "le:s12/16X>>0",
                           "le:s12/16X0>>0",
                           "le:s12/16X65>>0",
                           "le:s12/16>>4 ",
                           " le:s12/16",
                           "le:s12/16>>4>>4",
                           "le:s99999999999/16",
                           "le:s12/4294967312"}) {
    const auto element = ParseScanElement(type);
    EXPECT_TRUE(absl::IsInvalidArgument(element.status())) << type;
  }
  EXPECT_EQ(ParseScanElement("le:\x1b").status(),
            absl::InvalidArgumentError(
                "'le:\\x1b' is no type of a channel; one is written like 'le:s12/16>>4'"));
}

ScanChannel Channel(std::string name, std::uint32_t index, const char* type, double scale = 1,
                    double offset = 0) {
  return {std::move(name), index, ParseScanElement(type).value(), scale, offset};
}

// 8 bits, a byte of nothing, 16 bits; 4 bytes of nothing, 64 bits.
TEST(ScanLayoutTest, EachChannelLiesAtAMultipleOfItsSize) {
  const auto layout =
      ScanLayout::Make({Channel("time", 9, "le:s64/64"), Channel("small", 0, "le:u8/8"),
                        Channel("large", 3, "be:u16/16")});
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->scan_bytes(), 16U);
  std::vector<float> frames;
  layout->Decode(Bytes({7, 99, 0x01, 0x02, 99, 99, 99, 99, 5, 0, 0, 0, 0, 0, 0, 0}), frames);
  EXPECT_THAT(frames, ElementsAre(5, 7, 258));
}

TEST(ScanLayoutTest, AScanEndsAtAMultipleOfTheLargest) {
  const auto layout =
      ScanLayout::Make({Channel("large", 0, "le:u32/32"), Channel("small", 1, "le:u8/8")});
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->scan_bytes(), 8U);
}

TEST(ScanLayoutTest, ThreeAxesLieSideBySide) {
  const auto layout = ScanLayout::Make(
      {Channel("x", 0, "le:s16/16"), Channel("y", 1, "le:s16/16"), Channel("z", 2, "le:s16/16")});
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->scan_bytes(), 6U);
}

TEST(ScanLayoutTest, ValuesArePhysical) {
  const auto layout = ScanLayout::Make({Channel("t", 0, "le:s16/16", 0.5, -10)});
  ASSERT_TRUE(layout.ok()) << layout.status();
  std::vector<float> frames;
  layout->Decode(Bytes({30, 0}), frames);
  EXPECT_THAT(frames, ElementsAre(10));
}

TEST(ScanLayoutTest, WhatItCannotLayOutIsSaid) {
  EXPECT_THAT(
      std::string(
          ScanLayout::Make({Channel("quaternion", 0, "le:s32/32X4>>0")}).status().message()),
      HasSubstr("the channel 'quaternion' holds 4 numbers at once"));
  EXPECT_THAT(std::string(ScanLayout::Make({Channel("a", 1, "le:u8/8"), Channel("b", 1, "le:u8/8")})
                              .status()
                              .message()),
              HasSubstr("the channels 'a' and 'b' have the same place"));
}

}  // namespace
}  // namespace biglittle
