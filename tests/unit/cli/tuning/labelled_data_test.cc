#include "cli/tuning/labelled_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "device_agent/sources/vibration/vibration_simulator.h"
#include "tests/support/tiny_task.h"
#include "tests/unit/cli/tuning/data_folder.h"

namespace biglittle {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class LabelledDataTest : public testing::Test {
 protected:
  absl::StatusOr<LabelledData> Load(DataPart part) const {
    return LoadLabelledData(task_, folder_.path(), part);
  }
  std::string Problem(DataPart part) const {
    const auto data = Load(part);
    EXPECT_FALSE(data.ok());
    return std::string(data.status().message());
  }
  std::string Base() const { return folder_.path().string(); }

  const DataFolder folder_;
  Task task_ = LoadTinyTask();
};

// The first number of each window: WriteRows makes it the row.
std::vector<int> RowsOf(const LabelledData& data) {
  std::vector<int> rows;
  for (const Tensor& window : data.windows) {
    float first = 0.0F;
    std::memcpy(&first, window.data.data(), sizeof(first));
    rows.push_back(static_cast<int>(first));
  }
  return rows;
}

TEST_F(LabelledDataTest, TheTestPartIsTheTestFiles) {
  folder_.WriteRows("test", 6);
  folder_.WriteRows("validation", 3);
  const auto data = Load(DataPart::kTest);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(data->truth, ElementsAre(0, 1, 2, 3, 0, 1));
  EXPECT_EQ(data->name, Base() + "/X_test.npy");
}

TEST_F(LabelledDataTest, ValidationFilesWinOverRowsOfTheTrainingData) {
  task_.validation = EveryNthRow{2};
  folder_.WriteRows("train", 10);
  EXPECT_EQ(Load(DataPart::kValidation)->size(), 5U);
  folder_.WriteRows("validation", 3);
  EXPECT_THAT(RowsOf(*Load(DataPart::kValidation)), ElementsAre(0, 1, 2));
}

TEST_F(LabelledDataTest, EveryNthRowBeginsAtTheNth) {
  task_.validation = EveryNthRow{3};
  folder_.WriteRows("train", 10);
  const auto data = Load(DataPart::kValidation);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(RowsOf(*data), ElementsAre(2, 5, 8));
  EXPECT_THAT(data->truth, ElementsAre(2, 1, 0));
}

TEST_F(LabelledDataTest, GroupsAreHeldWhole) {
  task_.validation = HeldGroups{"subject_train", {7, -1}};
  folder_.WriteRows("train", 6);
  folder_.WriteIntegers("subject_train.npy", {3, 7, 7, 4, -1, 3});
  const auto data = Load(DataPart::kValidation);
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(RowsOf(*data), ElementsAre(1, 2, 4));
}

TEST_F(LabelledDataTest, GroupsThatAreMissingOrDoNotFitAreSaid) {
  task_.validation = HeldGroups{"subject_train", {7}};
  folder_.WriteRows("train", 4);
  EXPECT_EQ(Problem(DataPart::kValidation),
            Base() +
                " has no subject_train.npy (with or without .gz), which says which rows are "
                "the validation part");
  folder_.WriteWindows("subject_train.npy", {1, 2, 3, 4});
  EXPECT_EQ(Problem(DataPart::kValidation),
            Base() + "/subject_train.npy: must be integers, not float32; save with astype");
  folder_.WriteIntegers("subject_train.npy", {7, 7, 7});
  EXPECT_EQ(Problem(DataPart::kValidation),
            Base() +
                "/subject_train.npy: has 3 elements for 4 rows of training data; one a row is "
                "needed");
  folder_.WriteIntegers("subject_train.npy", {1, 2, 3, 4});
  EXPECT_EQ(Problem(DataPart::kValidation),
            Base() +
                "/X_train.npy: none of its 4 rows belongs to the validation part; look at "
                "'validation' in task.yaml");
}

TEST_F(LabelledDataTest, WithoutAValidationPartItSaysWhatToDo) {
  folder_.WriteRows("train", 4);
  EXPECT_EQ(Problem(DataPart::kValidation),
            Base() +
                " has no X_validation.npy and y_validation.npy, and task tiny does not say "
                "which rows of the training data are its validation part: write those two "
                "files, or add 'validation' to its task.yaml");
}

TEST_F(LabelledDataTest, MissingFilesAreSaidByName) {
  EXPECT_EQ(LoadLabelledData(task_, {}, DataPart::kTest).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Problem(DataPart::kTest), AllOf(HasSubstr("no test data of task tiny"),
                                              HasSubstr("X_test.npy and y_test.npy")));
  EXPECT_THAT(
      Problem(DataPart::kValidation),
      AllOf(HasSubstr("no training data of task tiny"), HasSubstr("X_train.npy and y_train.npy"),
            HasSubstr("train --task tiny --data " + Base() + " --prepare")));
}

TEST_F(LabelledDataTest, LabelsThatAreNoClassAreRefused) {
  folder_.WriteRows("test", 2);
  folder_.WriteIntegers("y_test.npy", {0, 4});
  EXPECT_THAT(Problem(DataPart::kTest),
              HasSubstr("label 4 of window 1 is not a class of the task, which has 0 to 3"));
  folder_.WriteIntegers("y_test.npy", {0});
  EXPECT_THAT(Problem(DataPart::kTest), HasSubstr("do not fit 2 windows"));
}

TEST_F(LabelledDataTest, ASimulatedTaskNeedsNoFolderAndTestsOnTheNextSeed) {
  task_.name = "vibration";
  task_.labels.assign(kVibrationLabels.begin(), kVibrationLabels.end());
  task_.input_shape = {kVibrationAxes, kVibrationSamples};
  task_.validation = SimulatedReadings{41, 12};
  const auto validation = LoadLabelledData(task_, {}, DataPart::kValidation);
  ASSERT_TRUE(validation.ok()) << validation.status();
  EXPECT_EQ(validation->name, "12 simulated readings of seed 41");
  EXPECT_EQ(validation->size(), 12U);
  const auto test = LoadLabelledData(task_, {}, DataPart::kTest);
  ASSERT_TRUE(test.ok()) << test.status();
  EXPECT_EQ(test->name, "12 simulated readings of seed 42");
  task_.validation = SimulatedReadings{42, 12};
  EXPECT_EQ(LoadLabelledData(task_, {}, DataPart::kValidation)->Digest(), test->Digest());
  EXPECT_NE(validation->Digest(), test->Digest());
}

TEST_F(LabelledDataTest, TheDigestIsOfReadingsAndLabelsInOrder) {
  LabelledData data;
  data.windows = {TinyWindow({1, 2, 3, 4}), TinyWindow({5, 6, 7, 8})};
  data.truth = {0, 1};
  const std::string digest = data.Digest();
  EXPECT_EQ(digest.size(), 64U);
  data.name = "elsewhere";
  EXPECT_EQ(data.Digest(), digest);
  LabelledData labels = data;
  labels.truth = {0, 2};
  EXPECT_NE(labels.Digest(), digest);
  std::swap(data.windows[0], data.windows[1]);
  std::swap(data.truth[0], data.truth[1]);
  EXPECT_NE(data.Digest(), digest);
}

}  // namespace
}  // namespace biglittle
