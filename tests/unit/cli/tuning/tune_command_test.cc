#include "cli/tuning/tune_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "core/program/exit_code.h"
#include "core/task/task.h"
#include "core/task/task_file.h"
#include "tests/support/tiny_task.h"
#include "tests/unit/cli/tuning/data_folder.h"

namespace biglittle {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class TuneCommandTest : public testing::Test {
 protected:
  explicit TuneCommandTest(const std::string& task = "tiny") {
    std::filesystem::create_directories(folder_.path() / "models");
    std::filesystem::copy(TestDataFolder() / task, folder_.path() / "models" / task);
    folder_.WriteReadings("validation", 400, 1);
    options_.task = task;
    options_.data = folder_.path();
    options_.models = folder_.path() / "models";
    options_.max_loss = 0.02;
  }

  int Run() {
    out_.str("");
    err_.str("");
    return RunTune(options_, out_, err_);
  }
  std::filesystem::path File() const { return options_.models / options_.task / "task.yaml"; }
  std::string Text() const {
    std::ifstream stream(File());
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // One line on stderr, nothing written.
  void ExpectRefused(int code, const std::string& message) {
    const std::string before = Text();
    EXPECT_EQ(Run(), code);
    EXPECT_EQ(err_.str(), "biglittle tune: " + message + "\n");
    EXPECT_EQ(Text(), before);
  }

  const DataFolder folder_;
  TuneCommandOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(TuneCommandTest, WritesThresholdsThatKeepTheObjective) {
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_EQ(err_.str(), "");
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("score        thresholds   accuracy, mean over"),
                                HasSubstr("  <- chosen\n"),
                                HasSubstr("objective: at most 2 points less accurate than the big "
                                          "net\nexpected on 400 readings: "),
                                HasSubstr(File().string() + " written\n")));
  const auto task = LoadTask(File());
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_TRUE(task.value->heads.front().thresholds[0].has_value());
  EXPECT_TRUE(task.value->heads.front().most_energy.has_value());
  EXPECT_NE(task.value->heads, LoadTinyTask().heads);
  EXPECT_THAT(Text(), HasSubstr("arguments: \"--max-loss 0.02\"\n"));
}

TEST_F(TuneCommandTest, HoldsThePromiseAgainstTheTestPart) {
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("there is no test part in the data"));
  folder_.WriteReadings("test", 400, 2);
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Text(), AllOf(HasSubstr("held_out:\n  readings: 400\n"),
                            HasSubstr("  promise_holds: true\n")));
  options_.check = true;  // of what was chosen, not of the test part
  EXPECT_EQ(Run(), kExitDone) << err_.str();
  options_.check = false;

  // Labels that nobody could guess: what was expected does not hold there.
  folder_.WriteIntegers("y_test.npy", std::vector<std::int64_t>(400, 3));
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_THAT(out_.str(), HasSubstr("THE PROMISE OF TASK.YAML DOES NOT HOLD on the test part"));
  EXPECT_THAT(err_.str(), HasSubstr("the promise does not hold on the test part; it is written"));
  EXPECT_THAT(Text(), AllOf(HasSubstr("  promise_holds: false\n"),
                            HasSubstr("  does_not_hold:\n    - \"accuracy")));
  EXPECT_TRUE(LoadTask(File()).ok());
  options_.accept = true;
  EXPECT_EQ(Run(), kExitDone) << err_.str();
}

TEST_F(TuneCommandTest, TheNearestIsWrittenWhereItIsAskedFor) {
  options_.max_loss.reset();
  options_.max_risk = 0.001;
  const std::string before = Text();
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_EQ(Text(), before);
  options_.nearest = true;
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("THE OBJECTIVE IS NOT MET: no threshold can promise"),
                                HasSubstr("The nearest that can be had: with 95 % confidence"),
                                HasSubstr("For another one: ./biglittle tune --task tiny")));
  EXPECT_THAT(Text(), HasSubstr("  not_met: \"--max-risk 0.001\"\n"));
  EXPECT_TRUE(LoadTask(File()).ok());
  options_.accept = true;
  EXPECT_EQ(Run(), kExitDone) << err_.str();
}

TEST_F(TuneCommandTest, TheSameAgainChangesNothing) {
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  const std::string before = Text();
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(File().string() + " unchanged: it says the same\n"));
  EXPECT_EQ(Text(), before);
}

TEST_F(TuneCommandTest, ACheckWritesNothingAndFailsWhereTheFileSaysOtherwise) {
  options_.check = true;
  ExpectRefused(kExitFailed,
                File().string() + " says otherwise: run the same without --check to write it");
  options_.check = false;
  ASSERT_EQ(Run(), kExitDone);
  options_.check = true;
  EXPECT_EQ(Run(), kExitDone) << err_.str();
}

TEST_F(TuneCommandTest, EveryOptionIsInTheFilesArguments) {
  options_.max_loss.reset();
  options_.max_risk = 0.2;
  options_.confidence = 0.9;
  options_.min_recall = 0.5;
  options_.score = "margin";
  options_.thresholds = "one";
  options_.unlike_share = 0;
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Text(), HasSubstr("arguments: \"--max-risk 0.2 --confidence 0.9 --min-recall 0.5 "
                                "--score margin --thresholds one --unlike-share 0\"\n"));
  EXPECT_THAT(Text(), HasSubstr("score: margin\n"));
  EXPECT_THAT(out_.str(), HasSubstr("with 90 % confidence at most 20 % are wrong "));
  const Task task = LoadTask(File()).value.value();
  EXPECT_EQ(task.heads.front().thresholds[0], task.heads.front().thresholds[2]);
  EXPECT_FALSE(task.heads.front().most_energy.has_value());
}

TEST_F(TuneCommandTest, TheFilesArgumentsKeepEveryDigit) {
  options_.max_loss = 0.0212345678;
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Text(), HasSubstr("arguments: \"--max-loss 0.0212345678\"\n"));
}

TEST_F(TuneCommandTest, WithoutAnObjectiveTheLossIsTwoThousandths) {
  options_.max_loss.reset();
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  EXPECT_THAT(Text(), HasSubstr("arguments: \"--max-loss 0.002\"\n"));
}

TEST_F(TuneCommandTest, WrongOptionsAreRefusedInOneLine) {
  options_.min_accuracy = 0.9;
  ExpectRefused(kExitBadInput,
                "--min-accuracy and --max-loss are two objectives; state one (--min-recall may be "
                "added to any)");
  options_.min_accuracy.reset();
  options_.max_loss = 5;
  ExpectRefused(kExitBadInput, "--max-loss must be 0 or more and below 1, not 5; 5 % is 0.05");
  options_.max_loss.reset();
  options_.max_risk = 0.0;
  ExpectRefused(kExitBadInput, "--max-risk must be above 0 and below 1, not 0; 5 % is 0.05");
  options_.max_risk = 0.1;
  options_.confidence = 95;
  ExpectRefused(kExitBadInput, "--confidence must be above 0 and below 1, not 95; 5 % is 0.05");
  options_.confidence = 0.95;
  options_.max_risk.reset();
  ExpectRefused(kExitBadInput,
                "--confidence belongs to --max-risk: state that objective, or leave --confidence "
                "out");
  options_.confidence.reset();
  options_.max_risk = 0.1;
  options_.min_recall = -0.5;
  ExpectRefused(kExitBadInput, "--min-recall must be above 0 and below 1, not -0.5; 5 % is 0.05");
  options_.min_recall.reset();
  options_.unlike_share = 1;
  ExpectRefused(kExitBadInput, "--unlike-share must be 0 or more and below 1, not 1; 5 % is 0.05");
  options_.unlike_share = 0;
  options_.score = "best";
  ExpectRefused(kExitBadInput,
                "--score best is not known; it is auto, confidence, margin, entropy or logistic");
  options_.score = "auto";
  options_.thresholds = "two";
  ExpectRefused(kExitBadInput, "--thresholds two is not known; it is auto, per-class or one");
}

TEST_F(TuneCommandTest, MissingDataAndTasksAreBadInput) {
  options_.data = folder_.path() / "none";
  ExpectRefused(kExitBadInput, "--data " + options_.data.string() + " is no folder");
  options_.data.clear();
  ExpectRefused(kExitBadInput,
                "task tiny has recorded data: name the folder that it is in by --data");
  options_.task = "huge";
  EXPECT_EQ(Run(), kExitBadInput);
  EXPECT_THAT(err_.str(), HasSubstr("huge/task.yaml: no such file"));
}

TEST_F(TuneCommandTest, TooFewReadingsAreBadInputAndAnUnattainableObjectiveAFailure) {
  options_.max_loss.reset();
  options_.min_accuracy = 0.9999;
  EXPECT_EQ(Run(), kExitFailed);
  EXPECT_THAT(err_.str(), HasSubstr("no threshold meets 'accuracy at least 99.99 %'"));
  EXPECT_EQ(std::ranges::count(err_.str(), '\n'), 1);
  folder_.WriteReadings("validation", 20, 1);
  ExpectRefused(kExitBadInput, "20 validation readings are too few, 50 are the least");
}

class TuneExitCommandTest : public TuneCommandTest {
 protected:
  TuneExitCommandTest() : TuneCommandTest("tiny-exit") {}
};

TEST_F(TuneExitCommandTest, ChoosesForBothHeads) {
  options_.score = "logistic";
  ASSERT_EQ(Run(), kExitDone) << err_.str();
  const auto task = LoadTask(File());
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(task.value->score, Score::kLogistic);
  ASSERT_EQ(task.value->heads.size(), 2U);
  for (const HeadRule& head : task.value->heads) {
    EXPECT_TRUE(head.logistic.has_value());
    for (const auto& threshold : head.thresholds) EXPECT_TRUE(threshold.has_value());
  }
}

}  // namespace
}  // namespace biglittle
