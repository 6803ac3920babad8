#include "cli/provision/release_stamp.h"

#include <gtest/gtest.h>

#include "core/task/task.h"
#include "core/task/task_file.h"
#include "tests/support/tiny_versions.h"

namespace biglittle {
namespace {

TEST(ReleaseStampTest, GoesBehindTheTaskOrInPlaceOfWhatIsThere) {
  EXPECT_EQ(Stamped("version: 1\ntask: har\nlabels: [a]\n", {7, "2027-01-31"}),
            "version: 1\ntask: har\nrelease: 7\nexpires: 2027-01-31\nlabels: [a]\n");
  EXPECT_EQ(Stamped("release: 6  # of May\ntask: har\nexpires: 2026-01-31", {7, "2027-01-31"}),
            "release: 7\ntask: har\nexpires: 2027-01-31\n");
  EXPECT_EQ(Stamped("task: har\n", {}), "task: har\n");
}

TEST(ReleaseStampTest, TheFileSaysIt) {
  const TemporaryFolder folder;
  const auto file = WriteTinyVersion(folder, "1", "one") / "task.yaml";
  ASSERT_EQ(StampTaskFile(file, {7, "2027-01-31"}), absl::OkStatus());
  const auto task = LoadTask(file);
  ASSERT_TRUE(task.ok());
  EXPECT_EQ(task.value->release, 7U);
  EXPECT_TRUE(task.value->expires.has_value());
  EXPECT_EQ(StampTaskFile(file, {8, ""}), absl::OkStatus());
  EXPECT_EQ(LoadTask(file).value->release, 8U);
  EXPECT_EQ(LoadTask(file).value->expires, task.value->expires);
}

TEST(ReleaseStampTest, WhatHasNoLinesIsLeftAsItIs) {
  const TemporaryFolder folder;
  const auto file = WriteTinyVersion(folder, "1", "one") / "task.yaml";
  const std::string text = With(ReadWhole(file), "task: tiny", "'task': tiny");
  folder.Write("tiny/1/task.yaml", text);
  EXPECT_EQ(StampTaskFile(file, {7, ""}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadWhole(file), text);
}

}  // namespace
}  // namespace biglittle
