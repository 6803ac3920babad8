#include "cli/demo/demo_readings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <span>
#include <sstream>
#include <vector>

#include "device_agent/sources/replay/data_file.h"
#include "tests/unit/cli/tuning/data_folder.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class DemoReadingsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_.path() / "models/tiny");
    std::filesystem::create_directories(folder_.path() / "data");
    folder_.WriteWindows("data/X.npy", {0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0});
    folder_.WriteIntegers("data/y.npy", {1, 2, 3});
  }
  void WriteParts(const std::vector<std::int32_t>& pairs) const {
    ASSERT_TRUE(WriteNpy(folder_.path() / "models/tiny/parts.npy", ElementType::kInt32,
                         {static_cast<std::int64_t>(pairs.size() / 2), 2},
                         std::as_bytes(std::span(pairs)))
                    .ok());
  }
  std::filesystem::path Readings() {
    const auto folder = DemoReadings("tiny", folder_.path() / "models", folder_.path() / "data",
                                     folder_.path(), out_);
    EXPECT_TRUE(folder.ok()) << folder.status();
    return folder.value_or("");
  }

  const DataFolder folder_;
  std::ostringstream out_;
};

TEST_F(DemoReadingsTest, TheTestPartOfWhatWasTrainedOn) {
  WriteParts({0, 1, 2, 2, 2, 3});
  const std::filesystem::path readings = Readings();
  EXPECT_NE(readings, folder_.path() / "data");
  EXPECT_EQ(LoadDataFile(readings / "X_test.npy")->shape, (Shape{2, 4}));
  EXPECT_THAT(AsIntegers(*LoadDataFile(readings / "y_test.npy")).value(),
              testing::ElementsAre(2, 3));
  EXPECT_THAT(out_.str(), HasSubstr("replaying the 2 readings of "));
}

TEST_F(DemoReadingsTest, TestFilesAreTakenWithoutAWord) {
  WriteParts({0, 1, 2, 2, 2, 3});
  folder_.WriteWindows("data/X_test.npy", {0, 0, 0, 0});
  folder_.WriteIntegers("data/y_test.npy", {1});
  EXPECT_EQ(Readings(), folder_.path() / "data");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(DemoReadingsTest, TrainingRowsAreNotReplayedInSilence) {
  EXPECT_EQ(Readings(), folder_.path() / "data");
  EXPECT_THAT(out_.str(), HasSubstr("whether the nets were trained on it nobody says"));
  WriteParts({0, 1, 1, 2, 0, 3});
  EXPECT_EQ(Readings(), folder_.path() / "data");
  EXPECT_THAT(out_.str(), HasSubstr("the nets were trained on it, so that they do too well"));
}

}  // namespace
}  // namespace biglittle
