#include "cli/tuning/evaluate_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/program/exit_code.h"
#include "tests/support/tiny_task.h"
#include "tests/unit/cli/tuning/data_folder.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class EvaluateCommandTest : public testing::Test {
 protected:
  EvaluateCommandTest() {
    options_.task = "tiny";
    options_.data = folder_.path();
    options_.models = TestDataFolder();
    options_.json = folder_.path() / "figures.json";
    // Of every four the little net is sure of and right about the first, sure of and wrong about
    // the second, and asks about the others.
    folder_.WriteWindows("X_test.npy", {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1});
    folder_.WriteIntegers("y_test.npy", {0, 3, 1, 3});
  }

  int Run() { return RunEvaluate(options_, out_, err_); }
  nlohmann::json Figures() const {
    std::ifstream stream(options_.json);
    return nlohmann::json::parse(stream);
  }

  const DataFolder folder_;
  EvaluateOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

// The tiny task with a promise, and readings of which a third of the locally answered are wrong.
TEST_F(EvaluateCommandTest, EndsWithAnotherCodeWhereThePromiseDoesNotHold) {
  std::filesystem::create_directories(folder_.path() / "models");
  std::filesystem::copy(TestDataFolder() / "tiny", folder_.path() / "models/tiny");
  options_.models = folder_.path() / "models";
  std::ofstream task(options_.models / "tiny/task.yaml", std::ios::app);
  task << "tuned: {arguments: \"--max-risk 0.05\", expected: {readings: 100, accuracy: 0.7}}\n";
  task.close();
  std::vector<float> windows;
  std::vector<std::int64_t> truth;
  for (int i = 0; i < 60; ++i) {
    windows.insert(windows.end(), {1, 0, 0, 0});
    truth.push_back(i % 3 == 0 ? 3 : 0);
  }
  folder_.WriteWindows("X_test.npy", windows);
  folder_.WriteIntegers("y_test.npy", truth);
  EXPECT_EQ(Run(), kExitPromiseBroken) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("THE PROMISE OF TASK.YAML DOES NOT HOLD"));
  EXPECT_EQ(Figures()["promise"]["holds"], false);
  folder_.WriteIntegers("y_test.npy", std::vector<std::int64_t>(60, 0));
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(Figures()["promise"]["holds"], true);
}

TEST_F(EvaluateCommandTest, TellsTheFiguresOfTheTestFiles) {
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(err_.str(), "");
  EXPECT_THAT(out_.str(), HasSubstr("tiny: 4 test readings\n"));
  const auto json = Figures();
  EXPECT_EQ(json["accuracy"],
            nlohmann::json::parse(R"({"little": 0.25, "big": 0.75, "cascade": 0.75})"));
  EXPECT_EQ(json["escalation_rate"], 0.5);
  EXPECT_EQ(json["local_error"], 0.5);
  EXPECT_EQ(json["macs"],
            nlohmann::json::parse(R"({"little": 12, "early_exit": 0, "big": 16, "mean": 20.0})"));
  EXPECT_GT(json["bytes_per_reading_big_only"], 16 + 64);
  EXPECT_NEAR(json["bytes_per_reading"], json["bytes_per_reading_big_only"].get<double>() / 2,
              1e-6);
}

TEST_F(EvaluateCommandTest, AnEarlyExitCostsLess) {
  options_.task = "tiny-exit";
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  const auto json = Figures();
  // The exit answers the first two, the last head the others.
  EXPECT_EQ(json["escalation_rate"], 0.0);
  EXPECT_EQ(json["early_exit_rate"], 0.5);
  EXPECT_LT(json["macs"]["early_exit"], json["macs"]["little"]);
  EXPECT_EQ(json["macs"]["mean"],
            (json["macs"]["early_exit"].get<double>() + json["macs"]["little"].get<double>()) / 2);
}

TEST_F(EvaluateCommandTest, WithoutAFileItOnlyPrints) {
  const auto before = options_.json;
  options_.json.clear();
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_FALSE(std::filesystem::exists(before));
}

TEST_F(EvaluateCommandTest, AFileThatCannotBeWrittenIsAFailure) {
  options_.json = folder_.path() / "none/figures.json";
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_EQ(err_.str(),
            "biglittle evaluate: " + options_.json.string() +
                " cannot be written: check that its folder exists and is yours, and the "
                "free space\n");
}

TEST_F(EvaluateCommandTest, WhatIsWrongIsOneLineAndBadInput) {
  options_.data = folder_.path() / "none";
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_EQ(err_.str(), "biglittle evaluate: --data " + options_.data.string() + " is no folder\n");
  std::filesystem::create_directory(options_.data);
  err_.str("");
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_EQ(err_.str().find("biglittle evaluate: " + options_.data.string() + " has no test data"),
            0U);
  EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
  options_.task = "none";
  EXPECT_EQ(Run(), kExitBadInput);
}

}  // namespace
}  // namespace biglittle
