#include "cli/record/recorded_set.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/read_file.h"
#include "device_agent/sources/replay/data_file.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

const Shape kWindow{1, 2};

class RecordedSetTest : public ::testing::Test {
 protected:
  absl::StatusOr<RecordedSet> Begin(const std::string& label, const Shape& window = kWindow) {
    return RecordedSet::Begin(folder(), label, ElementType::kFloat32, window);
  }
  void Record(const std::string& label, int windows) {
    auto set = Begin(label);
    ASSERT_TRUE(set.ok()) << set.status();
    for (int i = 0; i < windows; ++i) ASSERT_TRUE(Add(*set).ok());
    ASSERT_TRUE(set->End().ok());
  }
  static absl::Status Add(RecordedSet& set) {
    const float window[] = {1.0F, 2.0F};
    return set.Add(std::as_bytes(std::span(window)));
  }
  std::vector<std::int32_t> Column(const char* name) const {
    const auto array = LoadDataFile(folder() / name);
    if (!array.ok()) return {};
    std::vector<std::int32_t> numbers(array->data.size() / 4);
    std::memcpy(numbers.data(), array->data.data(), array->data.size());
    return numbers;
  }
  std::filesystem::path folder() const { return temporary_.path() / "set"; }

  TemporaryFolder temporary_;
};

using Numbers = std::vector<std::int32_t>;

TEST_F(RecordedSetTest, EachCallIsASessionWithItsLabel) {
  Record("idle", 2);
  Record("stuck", 1);
  Record("idle", 1);
  EXPECT_EQ(LoadDataFile(folder() / "X.npy")->shape, (Shape{4, 1, 2}));
  EXPECT_EQ(Column("y.npy"), (Numbers{0, 0, 1, 0}));
  EXPECT_EQ(Column("groups.npy"), (Numbers{0, 0, 1, 2}));
  EXPECT_EQ(ReadWholeFile(folder() / "labels.txt", 100).value(), "idle\nstuck\n");
  const auto set = Begin("idle");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->counts()[0].windows, 3U);
  EXPECT_EQ(set->counts()[0].sessions, 2U);
  EXPECT_EQ(set->counts()[1].windows, 1U);
}

// Killed after the labels were written down and before the windows were.
TEST_F(RecordedSetTest, ASessionThatWasBrokenOffIsForgotten) {
  Record("idle", 2);
  {
    auto labels = GrowingNpy::Open(folder() / "y.npy", ElementType::kInt32, {});
    const std::int32_t more[] = {0, 0, 0};
    ASSERT_TRUE(labels->Append(std::as_bytes(std::span(more))).ok());
    ASSERT_TRUE(labels->Commit().ok());
  }
  Record("stuck", 1);
  EXPECT_EQ(Column("y.npy"), (Numbers{0, 0, 1}));
  EXPECT_EQ(Column("groups.npy"), (Numbers{0, 0, 1}));
}

TEST_F(RecordedSetTest, NothingRecordedLeavesNothingBehind) {
  Record("idle", 0);
  EXPECT_FALSE(std::filesystem::exists(folder()));
}

TEST_F(RecordedSetTest, RefusesWindowsOfAnotherKind) {
  Record("idle", 1);
  const auto other = Begin("idle", {3});
  EXPECT_EQ(
      std::string(other.status().message()),
      (folder() / "X.npy").string() + " has float32 1x1x2, which rows of float32 3 do not fit");
}

TEST_F(RecordedSetTest, RefusesFilesThatDoNotFit) {
  Record("idle", 2);
  {
    auto labels = GrowingNpy::Open(folder() / "y.npy", ElementType::kInt32, {});
    ASSERT_TRUE(labels->CutTo(1).ok());
  }
  EXPECT_EQ(std::string(Begin("idle").status().message()),
            folder().string() +
                ": 2 windows in X.npy, 1 numbers in y.npy, 2 in groups.npy: pass another --out");
}

TEST_F(RecordedSetTest, RefusesAClassWithoutALabel) {
  Record("idle", 2);
  temporary_.Write("set/labels.txt", "");
  EXPECT_EQ(std::string(Begin("idle").status().message()),
            folder().string() + ": y.npy has class 0, labels.txt 0 labels: pass another --out");
}

}  // namespace
}  // namespace biglittle
