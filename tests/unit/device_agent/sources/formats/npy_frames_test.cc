#include "device_agent/sources/formats/npy_frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/device_agent/data_bytes.h"
#include "tests/unit/device_agent/sources/formats/collected_frames.h"

namespace biglittle {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class NpyFramesTest : public testing::Test {
 protected:
  template <typename Number>
  static std::string Npy(const std::string& type, const std::string& shape,
                         const std::vector<Number>& values) {
    const std::string data(reinterpret_cast<const char*>(values.data()),
                           values.size() * sizeof(Number));
    std::string header = NpyHeaderText(type, shape);
    header.resize(118, ' ');  // as NumPy pads it: the data begins at byte 128
    return NpyText(header, data);
  }
  static std::string Window(float first) {
    return Npy<float>("<f4", "(2, 2)", {first, first + 1, first + 2, first + 3});
  }
  // In pieces of `size` bytes.
  static CollectedFrames Read(const std::string& bytes, std::size_t size = 1000) {
    CollectedFrames kept;
    NpyFrames frames({2, 2});
    EXPECT_EQ(frames.channels(), 4U);
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      EXPECT_TRUE(frames.Read(std::string_view(bytes).substr(at, size), kept).ok());
    }
    EXPECT_TRUE(frames.Finish(kept).ok());
    return kept;
  }
};

TEST_F(NpyFramesTest, AnArrayIsAFrame) {
  for (const std::size_t size : {1U, 7U, 100U, 1000U}) {
    const CollectedFrames kept = Read(Window(0) + Window(10), size);
    EXPECT_THAT(kept.values, ElementsAre(0, 1, 2, 3, 10, 11, 12, 13)) << size;
    EXPECT_THAT(kept.reasons, IsEmpty()) << size;
  }
}

TEST_F(NpyFramesTest, WholeNumbersAndDimensionsOfOneAreWindowsToo) {
  EXPECT_THAT(Read(Npy<std::int16_t>("<i2", "(1, 2, 2)", {-1, 2, -3, 4})).values,
              ElementsAre(-1, 2, -3, 4));
  EXPECT_THAT(Read(Npy<std::uint8_t>("|u1", "(2, 2)", {0, 1, 2, 255})).values,
              ElementsAre(0, 1, 2, 255));
}

TEST_F(NpyFramesTest, AnotherShapeIsRefusedAndPassedOver) {
  for (const std::size_t size : {1U, 50U, 1000U}) {
    const CollectedFrames kept = Read(Npy<float>("<f4", "(4,)", {1, 2, 3, 4}) + Window(5), size);
    EXPECT_THAT(kept.values, ElementsAre(5, 6, 7, 8)) << size;
    EXPECT_THAT(kept.reasons, ElementsAre("shape")) << size;
    EXPECT_THAT(kept.said, ElementsAre(HasSubstr("shape 4, the task's windows 2x2")));
  }
  EXPECT_THAT(Read(Npy<float>("<f4", "(2, 1, 2)", {1, 2, 3, 4})).reasons, ElementsAre("shape"));
}

// Said once, and what comes behind it is found.
TEST_F(NpyFramesTest, WhatIsNoArrayIsRefused) {
  for (const std::size_t size : {1U, 50U, 1000U}) {
    const CollectedFrames kept = Read("hello, \x93world\x93NUMPX" + Window(5), size);
    EXPECT_THAT(kept.values, ElementsAre(5, 6, 7, 8)) << size;
    EXPECT_THAT(kept.reasons, ElementsAre("array")) << size;
  }
}

TEST_F(NpyFramesTest, NumbersThatNoWindowHasAreRefused) {
  const float infinite = std::numeric_limits<float>::infinity();
  EXPECT_THAT(Read(Npy<float>("<f4", "(2, 2)", {1, 2, infinite, 4})).reasons,
              ElementsAre("number"));
  EXPECT_THAT(Read(Npy<std::int64_t>("<i8", "(2, 2)", {1, 2, 3, 4})).reasons,
              ElementsAre("number"));
}

TEST_F(NpyFramesTest, APartIsRefusedAtTheEnd) {
  const std::string whole = Window(0);
  for (const std::size_t bytes : {1U, 20U, 130U}) {
    EXPECT_THAT(Read(whole.substr(0, bytes)).reasons, ElementsAre("part")) << bytes;
  }
}

TEST_F(NpyFramesTest, ResetForgets) {
  CollectedFrames kept;
  NpyFrames frames({2, 2});
  ASSERT_TRUE(frames.Read(Window(0).substr(0, 100), kept).ok());
  frames.Reset();
  ASSERT_TRUE(frames.Read(Window(5), kept).ok());
  EXPECT_THAT(kept.values, ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(kept.reasons, IsEmpty());
}

}  // namespace
}  // namespace biglittle
