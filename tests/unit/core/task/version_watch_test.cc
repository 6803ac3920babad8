#include "core/task/version_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/tiny_versions.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class VersionWatchTest : public testing::Test {
 protected:
  void Write(const std::string& version) { WriteTinyVersion(models_, version, "v" + version); }
  void Remove(const std::string& version) {
    std::filesystem::remove_all(models_.path() / "tiny" / version);
  }
  // The folders that were tried.
  std::vector<std::string> Begin() {
    tried_.clear();
    begun_ = watch_.Begin([this](const auto& folder) { return Load(folder); });
    return tried_;
  }
  std::vector<std::string> Poll() {
    tried_.clear();
    const auto trials = watch_.Poll([this](const auto& folder) { return Load(folder); });
    EXPECT_EQ(trials.size(), tried_.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      EXPECT_EQ(trials[i].folder.filename(), tried_[i]);
      EXPECT_EQ(trials[i].loaded.ok(), !bad_.contains(tried_[i]));
    }
    return tried_;
  }
  absl::Status Load(const std::filesystem::path& folder) {
    tried_.push_back(folder.filename());
    if (bad_.contains(folder.filename())) return absl::DataLossError(folder.filename().string());
    return absl::OkStatus();
  }

  TemporaryFolder models_;
  std::set<std::string> bad_;  // versions that do not load
  absl::Status begun_;
  std::vector<std::string> tried_;
  VersionWatch watch_{{models_.path() / "tiny", true, &Task::little}};
};

TEST_F(VersionWatchTest, TheHighestThatLoadsServesAndWhatWasRefusedIsToldOnce) {
  for (const char* version : {"1", "2", "3"}) Write(version);
  bad_ = {"3"};
  EXPECT_THAT(Begin(), ElementsAre("3", "2"));
  EXPECT_TRUE(begun_.ok());
  EXPECT_THAT(Poll(), ElementsAre("3"));
  EXPECT_THAT(Poll(), IsEmpty());
}

TEST_F(VersionWatchTest, WhereNoneLoadsTheErrorIsThatOfTheHighest) {
  for (const char* version : {"1", "2"}) Write(version);
  bad_ = {"1", "2"};
  EXPECT_THAT(Begin(), ElementsAre("2", "1"));
  EXPECT_EQ(begun_, absl::DataLossError("2"));
}

TEST_F(VersionWatchTest, WhatWasRefusedIsTriedAgainWhenItChanges) {
  Write("1");
  Begin();
  bad_ = {"2"};
  Write("2");
  EXPECT_THAT(Poll(), ElementsAre("2"));
  EXPECT_THAT(Poll(), IsEmpty());
  models_.Write("tiny/2/task.yaml.sig", "another signature");
  EXPECT_THAT(Poll(), ElementsAre("2"));
  models_.Write("tiny/2/little.onnx", "a net of another size");
  EXPECT_THAT(Poll(), ElementsAre("2"));
  models_.Write("tiny/2/task.yaml", "other words");
  bad_.clear();
  EXPECT_THAT(Poll(), ElementsAre("2"));
  EXPECT_THAT(Poll(), IsEmpty());
}

TEST_F(VersionWatchTest, OnlyTheNetThatServesTellsAVersionApart) {
  Write("1");
  Begin();
  models_.Write("tiny/1/big.onnx", "not the device's");
  EXPECT_THAT(Poll(), IsEmpty());
}

TEST_F(VersionWatchTest, NoneBelowTheOneThatServesIsTriedWhileItsFolderIsThere) {
  Write("2");
  Begin();
  Write("1");
  EXPECT_THAT(Poll(), IsEmpty());
  bad_ = {"2"};
  models_.Write("tiny/2/task.yaml", "garbage");
  EXPECT_THAT(Poll(), ElementsAre("2"));
  EXPECT_THAT(Poll(), IsEmpty());
  Remove("2");
  EXPECT_THAT(Poll(), ElementsAre("1"));
}

TEST(CheckSameInterfaceTest, WhatBothEndsGoByMayNotChange) {
  const Task serving = LoadTinyTask();
  Task fresh = serving;
  fresh.big.sha256 = std::string(64, '0');
  fresh.description = "another";
  EXPECT_TRUE(CheckSameInterface(serving, fresh).ok());
  fresh.labels.front() = "another";
  EXPECT_EQ(CheckSameInterface(serving, fresh),
            absl::FailedPreconditionError("its labels is not that of the version that serves: "
                                          "restart the workers and devices to change it"));
}

// The next little net of the task has other features, which would be answered as well, and wrongly.
TEST(CheckSameInterfaceTest, WhereFeaturesAreEscalatedTheirNetMayNotChange) {
  const Task serving = LoadTinyFeaturesTask();
  Task fresh = serving;
  fresh.big.sha256 = std::string(64, '0');
  EXPECT_TRUE(CheckSameInterface(serving, fresh).ok());
  fresh.little.sha256 = fresh.big.sha256;
  EXPECT_EQ(CheckSameInterface(serving, fresh).message(),
            "its little net, whose features are escalated, is not that of the version that serves: "
            "restart the workers and devices to change it");
  fresh.escalate = EscalatedInput::kWindow;
  EXPECT_EQ(CheckSameInterface(serving, fresh).message(),
            "its 'escalate' is not that of the version that serves: restart the workers and "
            "devices to change it");
}

}  // namespace
}  // namespace biglittle
