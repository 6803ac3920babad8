#include "device_agent/sources/replay/cifar_file.h"

#include <gtest/gtest.h>

#include <string>

#include "device_agent/sources/replay/data_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

constexpr std::size_t kImageBytes = 3 * 32 * 32;

// A record whose first and last byte of the image are given.
std::string Record(char label, char first, char last) {
  std::string image(kImageBytes, 'x');
  image.front() = first;
  image.back() = last;
  return label + image;
}

TEST(CifarFile, WholeRecordsWithLabelsUpToNineAreIt) {
  const std::string two = Record('\x09', 'a', 'b') + Record('\0', 'c', 'd');
  EXPECT_TRUE(IsCifar(AsBytes(two)));
  EXPECT_FALSE(IsCifar(AsBytes(two).first(two.size() - 1)));
  EXPECT_FALSE(IsCifar({}));
  EXPECT_FALSE(IsCifar(AsBytes(Record('\0', 'a', 'b') + Record('\x0a', 'c', 'd'))));
  EXPECT_FALSE(IsCifar(AsBytes(Record('\xff', 'a', 'b'))));
}

TEST(CifarFile, WindowsAreTheImagesWithoutTheLabels) {
  const std::string two = Record('\x09', 'a', 'b') + Record('\0', 'c', 'd');
  const DataArray windows = ParseCifarWindows(AsBytes(two));
  EXPECT_EQ(windows.type, ElementType::kUint8);
  EXPECT_EQ(windows.shape, (Shape{2, 3, 32, 32}));
  ASSERT_EQ(windows.data.size(), 2 * kImageBytes);
  EXPECT_EQ(windows.data[0], std::byte{'a'});
  EXPECT_EQ(windows.data[kImageBytes - 1], std::byte{'b'});
  EXPECT_EQ(windows.data[kImageBytes], std::byte{'c'});
  EXPECT_EQ(windows.data.back(), std::byte{'d'});
}

TEST(CifarFile, LabelsAreTheFirstBytes) {
  const std::string two = Record('\x09', 'a', 'b') + Record('\0', 'c', 'd');
  const DataArray labels = ParseCifarLabels(AsBytes(two));
  EXPECT_EQ(labels.type, ElementType::kUint8);
  EXPECT_EQ(labels.shape, (Shape{2}));
  EXPECT_EQ(labels.data, (std::vector<std::byte>{std::byte{9}, std::byte{0}}));
}

TEST(LoadDataFile, OneCifarFileHoldsWindowsAndLabels) {
  const TemporaryFolder folder;
  const auto path = folder.Write("data_batch_1.bin", Record('\x03', 'a', 'b'));
  EXPECT_EQ(LoadDataFile(path)->shape, (Shape{1, 3, 32, 32}));
  EXPECT_EQ(LoadDataFile(path, DataRole::kLabels)->shape, (Shape{1}));
  DataFiles files;
  EXPECT_EQ((*files.Load(path, DataRole::kWindows))->shape, (Shape{1, 3, 32, 32}));
  EXPECT_EQ((*files.Load(path, DataRole::kLabels))->shape, (Shape{1}));
}

}  // namespace
}  // namespace biglittle
