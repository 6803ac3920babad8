#include "device_agent/recording/window_ring.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/read_file.h"
#include "device_agent/sources/replay/data_file.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWindowBytes = 1024;
constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 10U;

class WindowRingTest : public testing::Test {
 protected:
  absl::StatusOr<WindowRing> Open(std::uint64_t max_bytes = kMaxBytes) {
    return WindowRing::Open({.folder = folder(),
                             .max_bytes = max_bytes,
                             .dtype = DType::kUint8,
                             .window = {kWindowBytes}});
  }
  static absl::Status Add(WindowRing& ring, int number) {
    const std::vector<std::byte> window(kWindowBytes, static_cast<std::byte>(number));
    return ring.Add(window, "{\"sequence\":" + std::to_string(number) + "}");
  }
  std::vector<fs::path> Files(const char* ending) const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder())) {
      if (entry.path().extension() == ending) files.push_back(entry.path());
    }
    std::ranges::sort(files);
    return files;
  }
  // The first byte of each window, over all files, after a check of its line.
  std::vector<int> Windows() const {
    std::vector<int> numbers;
    for (const fs::path& file : Files(".npy")) {
      const auto array = LoadDataFile(file);
      if (!array.ok()) continue;
      fs::path lines = file;
      const std::string text = ReadWholeFile(lines.replace_extension(".jsonl"), 1U << 20U).value();
      for (std::size_t i = 0; i < array->data.size(); i += kWindowBytes) {
        numbers.push_back(std::to_integer<int>(array->data[i]));
        EXPECT_NE(text.find("{\"sequence\":" + std::to_string(numbers.back()) + "}\n"),
                  std::string::npos);
      }
    }
    return numbers;
  }
  std::uint64_t OnDisk() const {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder())) bytes += entry.file_size();
    return bytes;
  }
  fs::path folder() const { return temporary_.path() / "pump"; }

  TemporaryFolder temporary_;
};

TEST_F(WindowRingTest, KeepsWindowsAndTheirLines) {
  auto ring = Open();
  ASSERT_TRUE(ring.ok()) << ring.status();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(Add(*ring, i).ok());
  ASSERT_TRUE(ring->Commit().ok());
  EXPECT_EQ(Windows(), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(fs::status(folder()).permissions(), fs::perms::owner_all);
}

TEST_F(WindowRingTest, TheNewestPushOutTheOldestAndTheBoundHolds) {
  auto ring = Open();
  ASSERT_TRUE(ring.ok());
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(Add(*ring, i).ok());
    ASSERT_LE(OnDisk(), kMaxBytes);
  }
  ASSERT_TRUE(ring->Commit().ok());
  const std::vector<int> windows = Windows();
  EXPECT_GT(windows.size(), 40U);
  EXPECT_EQ(windows.back(), 199);
  EXPECT_EQ(windows.front(), 200 - static_cast<int>(windows.size()));
}

TEST_F(WindowRingTest, WhatEarlierRunsLeftCountsAndGoesFirst) {
  for (int run = 0; run < 20; ++run) {
    auto ring = Open();
    ASSERT_TRUE(ring.ok());
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(Add(*ring, run * 10 + i).ok());
    ASSERT_TRUE(ring->Commit().ok());
    ASSERT_LE(OnDisk(), kMaxBytes);
  }
  EXPECT_EQ(Windows().back(), 199);
}

TEST_F(WindowRingTest, ARingMadeSmallerGivesUpItsOldest) {
  {
    auto ring = Open(4 * kMaxBytes);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(Add(*ring, i).ok());
    ASSERT_TRUE(ring->Commit().ok());
  }
  auto ring = Open();
  ASSERT_TRUE(ring.ok());
  EXPECT_LE(OnDisk(), kMaxBytes);
  EXPECT_EQ(Windows().back(), 99);
}

// Somebody removed the folder's files, or they are none of ours.
TEST_F(WindowRingTest, LeavesOtherFilesAloneAndMissesNone) {
  temporary_.Write("pump/notes.txt", std::string(2 * kMaxBytes, 'x'));
  auto ring = Open();
  ASSERT_TRUE(ring.ok());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Add(*ring, i).ok());
  for (const fs::path& file : Files(".npy")) fs::remove(file);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Add(*ring, 100 + i).ok());
  EXPECT_TRUE(fs::exists(folder() / "notes.txt"));
}

TEST_F(WindowRingTest, RefusesABoundThatHoldsNextToNothing) {
  const auto ring = Open(4096);
  EXPECT_TRUE(absl::IsInvalidArgument(ring.status()));
  EXPECT_EQ(std::string(ring.status().message()),
            "'max_bytes' 4096 of 'record' holds fewer than 16 windows of 1024 bytes: raise it");
}

TEST_F(WindowRingTest, AFolderThatCannotBeMadeIsNoMistakeOfTheFile) {
  temporary_.Write("pump", "a file");
  EXPECT_FALSE(Open().ok());
  EXPECT_FALSE(absl::IsInvalidArgument(Open().status())) << Open().status();
}

}  // namespace
}  // namespace biglittle
