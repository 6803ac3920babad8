#include "cli/tuning/labelled_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <span>
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

// As training writes it beside task.yaml: part and label of each row.
class OwnDataTest : public LabelledDataTest {
 protected:
  void WriteWhole(int rows) const {
    folder_.WriteRows("of", rows);
    std::filesystem::rename(folder_.path() / "X_of.npy", folder_.path() / "X.npy");
    std::filesystem::rename(folder_.path() / "y_of.npy", folder_.path() / "y.npy");
  }
  void WriteParts(const std::vector<std::int32_t>& pairs) const {
    ASSERT_TRUE(WriteNpy(folder_.path() / "task" / kPartsFile, ElementType::kInt32,
                         {static_cast<std::int64_t>(pairs.size() / 2), 2},
                         std::as_bytes(std::span(pairs)))
                    .ok());
  }
  absl::StatusOr<LabelledData> LoadOwn(DataPart part) const {
    return LoadLabelledData(task_, folder_.path(), part, folder_.path() / "task");
  }
  void SetUp() override { std::filesystem::create_directories(folder_.path() / "task"); }
};

TEST_F(OwnDataTest, PartsOfTheFilesThatWereTrainedOnAreTaken) {
  WriteWhole(5);
  folder_.WriteIntegers("groups.npy", {9, 8, 8, 7, 6});
  WriteParts({0, 0, 1, 1, 2, 2, 2, 3, 1, 0});
  const auto test = LoadOwn(DataPart::kTest);
  ASSERT_TRUE(test.ok()) << test.status();
  EXPECT_THAT(RowsOf(*test), ElementsAre(2, 3));
  EXPECT_THAT(test->groups, ElementsAre(8, 7));
  EXPECT_THAT(test->note, HasSubstr("that training held back as test part"));
  EXPECT_THAT(RowsOf(*LoadOwn(DataPart::kValidation)), ElementsAre(1, 4));
}

TEST_F(OwnDataTest, OfOtherFilesAllRowsAreTestReadings) {
  WriteWhole(4);
  WriteParts({0, 0, 1, 1, 2, 2, 2, 2});  // the labels are others
  const auto test = LoadOwn(DataPart::kTest);
  ASSERT_TRUE(test.ok()) << test.status();
  EXPECT_EQ(test->size(), 4U);
  EXPECT_THAT(test->note, HasSubstr("none was trained on"));
  EXPECT_FALSE(LoadOwn(DataPart::kValidation).ok());
}

TEST_F(OwnDataTest, TrainedOnWithATestPartOfItsOwnItHasNone) {
  WriteWhole(2);
  WriteParts({0, 0, 1, 1});
  EXPECT_THAT(std::string(LoadOwn(DataPart::kTest).status().message()),
              HasSubstr("was trained on, and has no test part"));
}

// Of later data a class is missing, so that the others have other numbers there.
TEST_F(LabelledDataTest, LabelsAreBroughtToTheTasksByTheirNames) {
  folder_.WriteRows("test", 3);
  folder_.Write("labels.txt",
                task_.labels[3] + "\n" + task_.labels[0] + "\r\n" + task_.labels[2] + "\n");
  EXPECT_THAT(Load(DataPart::kTest)->truth, ElementsAre(3, 0, 2));
  folder_.Write("labels.txt", task_.labels[3] + "\nnobody\n");
  EXPECT_THAT(Problem(DataPart::kTest), HasSubstr("labels.txt: 'nobody' is no label of task tiny"));
  folder_.Write("labels.txt", task_.labels[3] + "\n" + task_.labels[0] + "\n");
  EXPECT_THAT(Problem(DataPart::kTest), HasSubstr("has 2 labels, the data has a number 2"));
}

TEST_F(LabelledDataTest, GroupsOfAPartLieBesideIt) {
  folder_.WriteRows("test", 3);
  folder_.WriteIntegers("groups_test.npy", {5, 5, 6});
  EXPECT_THAT(Load(DataPart::kTest)->groups, ElementsAre(5, 5, 6));
  folder_.WriteIntegers("groups_test.npy", {5, 5});
  EXPECT_THAT(Problem(DataPart::kTest), HasSubstr("has 2 elements for 3 readings"));
  task_.validation = HeldGroups{"subject_train", {7}};
  folder_.WriteIntegers("subject_test.npy", {1, 2, 3});
  EXPECT_THAT(Load(DataPart::kTest)->groups, ElementsAre(1, 2, 3));
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
