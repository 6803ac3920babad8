#include "cli/tuning/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

TEST(DatasetTest, FindsEveryKindInTheFolderOrBelowIt) {
  const TemporaryFolder folder;
  folder.Write("uci-har/X_test.npy.gz", "");
  folder.Write("uci-har/y_test.npy.gz", "");
  folder.Write("mnist/t10k-images-idx3-ubyte.gz", "");
  folder.Write("mnist/t10k-labels-idx1-ubyte", "");
  folder.Write("own/X.npy", "");
  folder.Write("own/y.npy", "");
  EXPECT_EQ(FindDataset("har", folder.path())->windows, folder.path() / "uci-har/X_test.npy.gz");
  EXPECT_EQ(FindDataset("har", folder.path() / "uci-har")->labels,
            folder.path() / "uci-har/y_test.npy.gz");
  EXPECT_EQ(FindDataset("mnist", folder.path())->labels,
            folder.path() / "mnist/t10k-labels-idx1-ubyte");
  EXPECT_EQ(FindDataset("anything", folder.path() / "own")->windows, folder.path() / "own/X.npy");
}

TEST(DatasetTest, AHalfPairIsNoneAndTheMessageSaysWhatWasLookedFor) {
  const TemporaryFolder folder;
  folder.Write("X.npy", "");
  const auto found = FindDataset("har", folder.path());
  EXPECT_THAT(
      std::string(found.status().message()),
      testing::AllOf(testing::HasSubstr(folder.path().string()), testing::HasSubstr("X_test.npy")));
}

TEST(FindTestFiles, AWholeSetIsNoTestPart) {
  const TemporaryFolder folder;
  folder.Write("X.npy", "");
  folder.Write("y.npy", "");
  EXPECT_TRUE(FindDataset("har", folder.path()).ok());
  EXPECT_EQ(std::string(FindTestFiles("har", folder.path()).status().message()),
            folder.path().string() +
                " has no test data of task har: neither there nor in har or uci-har is X_test.npy "
                "and y_test.npy, or t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, or "
                "test_batch.bin (with or without .gz)");
  folder.Write("uci-har/X_test.npy.gz", "");
  folder.Write("uci-har/y_test.npy", "");
  EXPECT_EQ(FindTestFiles("har", folder.path())->windows, folder.path() / "uci-har/X_test.npy.gz");
}

TEST(FindTestFiles, CifarsFileHoldsWindowsAndLabels) {
  const TemporaryFolder folder;
  const auto file = folder.Write("cifar-10/test_batch.bin", "");
  const auto found = FindTestFiles("cifar-10", folder.path());
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->windows, file);
  EXPECT_EQ(found->labels, file);
}

TEST(FindValidationFiles, AreAPairOfTheirOwn) {
  const TemporaryFolder folder;
  folder.Write("X_validation.npy", "");
  EXPECT_THAT(std::string(FindValidationFiles("har", folder.path()).status().message()),
              testing::HasSubstr("no validation data of task har"));
  folder.Write("y_validation.npy.gz", "");
  EXPECT_EQ(FindValidationFiles("har", folder.path())->labels,
            folder.path() / "y_validation.npy.gz");
}

TEST(FindTrainingFiles, OnePairOrAllOfCifarsBatches) {
  const TemporaryFolder folder;
  folder.Write("mnist/train-images-idx3-ubyte.gz", "");
  folder.Write("mnist/train-labels-idx1-ubyte.gz", "");
  EXPECT_EQ(FindTrainingFiles("mnist", folder.path())->size(), 1U);
  for (const char* batch : {"1", "2", "3", "5"}) {
    folder.Write(std::string("cifar-10/data_batch_") + batch + ".bin", "");
  }
  EXPECT_EQ(
      std::string(FindTrainingFiles("cifar-10", folder.path()).status().message()),
      (folder.path() / "cifar-10").string() + " has data_batch_1.bin, but no data_batch_4.bin");
  folder.Write("cifar-10/data_batch_4.bin.gz", "");
  const auto files = FindTrainingFiles("cifar-10", folder.path());
  ASSERT_TRUE(files.ok()) << files.status();
  ASSERT_EQ(files->size(), 5U);
  EXPECT_EQ((*files)[3].windows, folder.path() / "cifar-10/data_batch_4.bin.gz");
  EXPECT_EQ((*files)[3].labels, (*files)[3].windows);
}

TEST(FindArray, PlainOrCompressed) {
  const TemporaryFolder folder;
  EXPECT_EQ(FindArray(folder.path(), "subject_train").status().code(), absl::StatusCode::kNotFound);
  folder.Write("subject_train.npy.gz", "");
  EXPECT_EQ(*FindArray(folder.path(), "subject_train"), folder.path() / "subject_train.npy.gz");
}

}  // namespace
}  // namespace biglittle
