#include "cli/classify/classify_task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/program/exit_code.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class ClassifyTaskTest : public testing::Test {
 protected:
  ClassifyTaskTest() {
    options_.task = "tiny";
    options_.models = TestDataFolder();
    options_.input = folder_.path() / "X.npy";
    options_.json = folder_.path() / "answers.json";
  }
  void WriteInput(const std::vector<float>& values, const Shape& shape) {
    ASSERT_TRUE(
        WriteNpy(options_.input, ElementType::kFloat32, shape, std::as_bytes(std::span(values)))
            .ok());
  }
  int Run() { return RunClassifyTask(options_, out_, err_); }
  nlohmann::json Answers() const {
    std::ifstream stream(options_.json);
    return nlohmann::json::parse(stream);
  }

  const TemporaryFolder folder_;
  ClassifyTaskOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

// The little net is sure of the first, which is prioritised, and asks about the second.
TEST_F(ClassifyTaskTest, SaysLabelConfidenceAndWhoDecides) {
  WriteInput({1, 0, 0, 0, 0, 1, 0, 0}, {2, 4});
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  const Task task = LoadTinyTask();
  const auto readings = Answers()["readings"];
  ASSERT_EQ(readings.size(), 2U);
  EXPECT_EQ(readings[0]["label"], task.labels[0]);
  EXPECT_EQ(readings[0]["decided_by"], "device");
  EXPECT_EQ(readings[1]["label"], task.labels[1]);
  EXPECT_EQ(readings[1]["decided_by"], "cloud");
  EXPECT_EQ(readings[1]["confidence"], readings[1]["big"]["confidence"]);

  options_.json.clear();
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("decided by"));
  EXPECT_THAT(out_.str(), HasSubstr(task.labels[1]));
}

TEST_F(ClassifyTaskTest, OneWindowIsOneReading) {
  WriteInput({1, 0, 0, 0}, {4});
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Answers()["readings"].size(), 1U);
}

TEST_F(ClassifyTaskTest, ARowOfATableIsAVectorOfFeatures) {
  options_.input = folder_.Write("rows.csv", "1,0,0,0\n0,1,0,0\n");
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  const auto readings = Answers()["readings"];
  ASSERT_EQ(readings.size(), 2U);
  EXPECT_EQ(readings[0]["decided_by"], "device");
  EXPECT_EQ(readings[1]["label"], LoadTinyTask().labels[1]);
}

TEST_F(ClassifyTaskTest, BadInputGetsOneLine) {
  WriteInput({1, 0, 0}, {1, 3});
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("X.npy has shape 1x3, task tiny takes Nx4\n"));
  err_.str("");
  const std::vector<std::int16_t> whole = {1, 0, 0, 0};
  ASSERT_TRUE(
      WriteNpy(options_.input, ElementType::kInt16, {1, 4}, std::as_bytes(std::span(whole))).ok());
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("holds int16, task tiny takes float32: save it with NumPy's"));
  err_.str("");
  options_.input = folder_.Write("a.csv", "1\n2\n");
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("a.csv has 1 channels, task tiny takes windows of 4\n"));
  err_.str("");
  options_.task = "none";
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), testing::StartsWith("biglittle classify: "));
}

}  // namespace
}  // namespace biglittle
