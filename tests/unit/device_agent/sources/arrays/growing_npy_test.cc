#include "device_agent/sources/arrays/growing_npy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "core/read_file.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/device_agent/data_bytes.h"

namespace biglittle {
namespace {

class GrowingNpyTest : public ::testing::Test {
 protected:
  absl::StatusOr<GrowingNpy> Open(const Shape& row = {3}) {
    return GrowingNpy::Open(path(), ElementType::kInt16, row);
  }
  static absl::Status Append(GrowingNpy& file, int first) {
    const std::int16_t row[] = {static_cast<std::int16_t>(first), 2, 3};
    return file.Append(std::as_bytes(std::span(row)));
  }
  // As whoever reads it sees it; empty: not at all.
  std::vector<std::int16_t> Seen() const {
    const auto text = ReadWholeFile(path(), 1U << 20U);
    if (!text.ok()) return {};
    const auto array = ParseNpy(AsBytes(*text));
    if (!array.ok()) return {};
    std::vector<std::int16_t> values(array->data.size() / 2);
    std::memcpy(values.data(), array->data.data(), array->data.size());
    return values;
  }
  std::string Why(const absl::StatusOr<GrowingNpy>& file) const {
    std::string why(file.status().message());
    const std::string name = path().string();
    return why.starts_with(name + " ") ? why.substr(name.size() + 1) : why;
  }
  std::filesystem::path path() const { return folder_.path() / "X.npy"; }

  TemporaryFolder folder_;
};

using Values = std::vector<std::int16_t>;

TEST_F(GrowingNpyTest, IsAWholeFileAfterEachCommit) {
  auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(Append(*file, 1).ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Seen(), (Values{1, 2, 3}));
  ASSERT_TRUE(Append(*file, 7).ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Seen(), (Values{1, 2, 3, 7, 2, 3}));
}

TEST_F(GrowingNpyTest, GoesOnWhereItWas) {
  for (const int first : {1, 4, 8}) {
    auto file = Open();
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE(Append(*file, first).ok());
    ASSERT_TRUE(file->Commit().ok());
  }
  EXPECT_EQ(Seen(), (Values{1, 2, 3, 4, 2, 3, 8, 2, 3}));
  EXPECT_EQ(Open()->Read()->shape, (Shape{3, 3}));
}

// Whoever ended before a commit left rows that nobody counts.
TEST_F(GrowingNpyTest, CutsOffWhatWasNotCommitted) {
  {
    auto file = Open();
    ASSERT_TRUE(Append(*file, 1).ok());
    ASSERT_TRUE(file->Commit().ok());
    ASSERT_TRUE(Append(*file, 4).ok());
  }
  EXPECT_EQ(Open()->rows(), 1U);
  EXPECT_EQ(Seen(), (Values{1, 2, 3}));
}

TEST_F(GrowingNpyTest, BeginsAnewWhereNothingWasEverCommitted) {
  {
    auto file = Open();
    ASSERT_TRUE(Append(*file, 4).ok());
  }
  EXPECT_EQ(Open()->rows(), 0U);
  EXPECT_EQ(std::filesystem::file_size(path()), 0U);
}

TEST_F(GrowingNpyTest, TakesBackRows) {
  auto file = Open();
  for (const int first : {1, 4, 8}) ASSERT_TRUE(Append(*file, first).ok());
  ASSERT_TRUE(file->CutTo(1).ok());
  EXPECT_EQ(Seen(), (Values{1, 2, 3}));
}

// What NumPy wrote has room enough in its header.
TEST_F(GrowingNpyTest, GrowsAFileThatWasWrittenWhole) {
  const std::int16_t row[] = {5, 6, 7};
  ASSERT_TRUE(WriteNpy(path(), ElementType::kInt16, {1, 3}, std::as_bytes(std::span(row))).ok());
  auto file = Open();
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(Append(*file, 1).ok());
  ASSERT_TRUE(file->Commit().ok());
  EXPECT_EQ(Seen(), (Values{5, 6, 7, 1, 2, 3}));
}

TEST_F(GrowingNpyTest, RefusesFilesOfAnotherKind) {
  folder_.Write("X.npy", "hello");
  EXPECT_EQ(Why(Open()), "is not such a file: not a .npy file");
  folder_.Write("X.npy", NpyText(NpyHeaderText("<f4", "(1, 3)"), std::string(12, '\0')));
  EXPECT_EQ(Why(Open()), "has float32 1x3, which rows of int16 3 do not fit");
  folder_.Write("X.npy", NpyText(NpyHeaderText("<i2", "(1, 4)"), std::string(8, '\0')));
  EXPECT_EQ(Why(Open()), "has int16 1x4, which rows of int16 3 do not fit");
  folder_.Write("X.npy", NpyFrontText(ElementType::kInt16, {2, 3}) + std::string(6, '\0'));
  EXPECT_EQ(Why(Open()), "is cut short");
  std::filesystem::remove(path());
  std::filesystem::create_directory(path());
  EXPECT_EQ(Why(Open()), "cannot be opened: Is a directory");
}

TEST_F(GrowingNpyTest, HasABound) {
  const std::string front = NpyFrontText(ElementType::kUint8, {1024, 1 << 20});
  folder_.Write("X.npy", front);
  std::filesystem::resize_file(path(), front.size() + kMaxDataBytes);  // without a block of data
  auto file = GrowingNpy::Open(path(), ElementType::kUint8, {1 << 20});
  ASSERT_TRUE(file.ok()) << file.status();
  const std::vector<std::byte> row(std::size_t{1} << 20);
  EXPECT_TRUE(absl::IsResourceExhausted(file->Append(row)));
  EXPECT_EQ(file->rows(), 1024U);
}

}  // namespace
}  // namespace biglittle
