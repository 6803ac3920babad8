#include "cli/record/record_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <sstream>
#include <string>

#include "core/program/exit_code.h"
#include "device_agent/sources/replay/data_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    options_.device = "pump";
    options_.label = "idle";
    options_.out = folder_.path() / "set";
    options_.windows = 3;
    folder_.Write("models/README", "of tasks");
  }
  // Samples of one channel, two a window, by a program that prints `lines` and waits.
  void Fleet(const std::string& lines, const std::string& more = "",
             const std::string& models = "models") {
    options_.config = folder_.Write(
        "fleet.yaml", "version: 1\nfleet: f\nmodels: " + models +
                          "\ndevices:\n  - id: pump\n    task: valve\n    source: {type: exec, "
                          "command: [sh, -c, \"printf '" +
                          lines + "'; exec sleep 60\"]" + more + "}\n");
  }
  int Run() {
    out_.str("");
    err_.str("");
    return RunRecord(options_, out_, err_);
  }
  std::vector<float> Windows() const {
    const auto array = LoadDataFile(options_.out / "X.npy");
    if (!array.ok()) return {};
    std::vector<float> values(array->data.size() / sizeof(float));
    std::memcpy(values.data(), array->data.data(), array->data.size());
    return values;
  }

  TemporaryFolder folder_;
  RecordOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(RecordTest, RecordsForATaskThatIsStillToBeTrained) {
  Fleet("1\\\\n2\\\\n3\\\\n4\\\\n5\\\\n6\\\\n7\\\\n8\\\\n");
  options_.shape = {1, 2};
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Windows(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(out_.str(), HasSubstr("idle          1         3\n"));
  EXPECT_THAT(out_.str(), HasSubstr("2 more sessions are needed"));
}

// As the device would have them.
TEST_F(RecordTest, ConditionsAndCutsAsTheDeviceDoes) {
  Fleet("1\\\\n2\\\\n3\\\\n4\\\\nx\\\\n5\\\\n6\\\\n", ", scale: 10, window: {hop: 1}");
  options_.shape = {1, 2};
  options_.windows = 4;
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Windows(), (std::vector<float>{10, 20, 20, 30, 30, 40, 50, 60}));
  EXPECT_THAT(out_.str(), HasSubstr("not recorded: source_refused_number 1\n"));
}

TEST_F(RecordTest, TakesTheShapeOfATaskThatIsThere) {
  Fleet("1,2,3,4\\\\n", ", window: {hop: 1}");
  folder_.Write("models/valve/task.yaml", "task: 1");
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("task.yaml:"));
  options_.shape = {1, 2};
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("task.yaml says the shape: leave out --shape"));
}

TEST_F(RecordTest, SaysWhatIsMissing) {
  Fleet("1\\\\n");
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("where it is still to be trained, pass --shape"));
  options_.shape = {0, 2};
  EXPECT_EQ(Run(), kExitBadInput);
  options_.shape = {1, 2};
  options_.device = "valve";
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("has no device 'valve'"));
  options_.device = "pump";
  options_.label = "two\nlines";
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("--label"));
  EXPECT_FALSE(std::filesystem::exists(options_.out));
}

TEST_F(RecordTest, ASourceThatGivesNothingIsAFailureThatSaysWhy) {
  options_.config =
      folder_.Write("fleet.yaml",
                    "version: 1\nfleet: f\nmodels: models\ndevices:\n  - id: pump\n    "
                    "task: valve\n    source: {type: exec, command: [/no/such]}\n");
  options_.shape = {1, 2};
  options_.seconds = 0.3;
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("the source gave no window: "));
  EXPECT_THAT(err_.str(), HasSubstr("/no/such"));
  EXPECT_FALSE(std::filesystem::exists(options_.out));
}

}  // namespace
}  // namespace biglittle
