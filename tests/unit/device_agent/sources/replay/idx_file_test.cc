#include "device_agent/sources/replay/idx_file.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

std::string Problem(const std::string& file) {
  const auto array = ParseIdx(AsBytes(file));
  return array.ok() ? "ok" : std::string(array.status().message());
}

TEST(IdxFile, ReadsImages) {
  const auto array = ParseIdx(AsBytes(IdxText({2, 1, 3}, "abcdef")));
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_EQ(array->type, ElementType::kUint8);
  EXPECT_EQ(array->shape, (Shape{2, 1, 3}));
  ASSERT_EQ(array->data.size(), 6U);
  EXPECT_EQ(array->data[5], std::byte{'f'});
}

TEST(IdxFile, ReadsDimensionsAsBigEndian) {
  const auto array = ParseIdx(AsBytes(IdxText({258}, std::string(258, 'x'))));
  ASSERT_TRUE(array.ok()) << array.status();
  EXPECT_EQ(array->shape, (Shape{258}));
}

TEST(IdxFile, TellsEveryCutShortFile) {
  const std::string file = IdxText({2, 2}, "abcd");
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(Problem(file.substr(0, size)), "ok") << size;
  }
  EXPECT_EQ(Problem(file.substr(0, 11)), "the IDX data is cut short in its header");
  EXPECT_EQ(Problem(file.substr(0, 15)),
            "shape 2x2 needs 4 bytes, the file has 3: it is cut short");
}

TEST(IdxFile, TellsTrailingBytes) {
  EXPECT_EQ(Problem(IdxText({2, 2}, "abcde")),
            "shape 2x2 needs 4 bytes, the file has 5: something follows the data");
}

TEST(IdxFile, RefusesWhatItDoesNotRead) {
  std::string file = IdxText({2}, "ab");
  file[2] = '\x0d';
  EXPECT_EQ(Problem(file), "IDX elements of type 0x0d are not read, unsigned bytes (0x08) are");
  EXPECT_EQ(Problem(IdxText({}, "")), "0 dimensions are not read, 1 to 8 are");
  EXPECT_EQ(Problem(IdxText({1, 1, 1, 1, 1, 1, 1, 1, 1}, "a")),
            "9 dimensions are not read, 1 to 8 are");
  EXPECT_EQ(Problem("abcdefgh"), "not an IDX file");
}

TEST(IdxFile, RefusesSizesBeforeItTakesMemory) {
  EXPECT_EQ(Problem(IdxText({4'000'000'000U, 4'000'000'000U, 4'000'000'000U}, "")),
            "shape 4000000000x4000000000x4000000000 is empty or larger than 1073741824 bytes, "
            "which is the limit");
  EXPECT_EQ(Problem(IdxText({0}, "")),
            "shape 0 is empty or larger than 1073741824 bytes, which is the limit");
}

}  // namespace
}  // namespace biglittle
