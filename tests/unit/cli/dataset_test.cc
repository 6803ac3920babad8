#include "cli/dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/temporary_folder.h"

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

}  // namespace
}  // namespace biglittle
