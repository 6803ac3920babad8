#include "cli/tuning/task_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <fstream>
#include <iterator>
#include <string>

#include "core/task/task_file.h"
#include "core/yaml/yaml_reader.h"
#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

const std::string kNets =
    "little:\n  file: little.onnx\n  sha256: \"" + std::string(64, '0') + "\"\n";
const std::string kBig =
    "big: {temperature: 3, file: big.onnx, sha256: \"" + std::string(64, '1') + "\"}\n";

// Keys in an order of their own, with a comment.
const std::string kText =
    "version: 1  # of this format\n"
    "labels: [idle, 'on: off', \"a b\", odd]\n"
    "task: pump\n"
    "description: \"What: a pump does\"\n"
    "score: margin\n"
    "priority_classes: [idle, 'on: off']\n"
    "input: {dtype: float32, shape: [4]}\n"
    "normalisation:\n  mean: [0.10]\n  standard_deviation: [2.50]\n";

std::string SubsetText() {
  return kText + kNets + "  temperature: 7\n  outputs: [other, 'on: off', idle]\n" + kBig +
         "thresholds: {idle: 0.25}\ntuned: {date: 2020-01-01}\nheld_out: {a: 1}\n"
         "validation: {every: 5}\n";
}

std::string ExitText() {
  std::string text = SubsetText();
  const std::string outputs = "  outputs: [other, 'on: off', idle]\n";
  text.replace(text.find(outputs), outputs.size(),
               "  design: early_exit\n  outputs: ['on: off', idle, odd, a b]\n");
  return text;
}

class TaskWriterTest : public testing::Test {
 protected:
  explicit TaskWriterTest(const std::string& text = SubsetText())
      : file_(folder_.Write("pump/task.yaml", text)) {
    result_.task = LoadTask(file_).value.value();
    result_.task.score = Score::kLogistic;
    result_.task.little.temperatures.back() = 1.2345F;
    result_.task.big.temperatures = {0.75F};
    result_.task.heads.back() = {
        {0.123456F, 1.0F, std::nullopt, std::nullopt}, LogisticRule{-1.5F, 20.25F, 1e-7F}, -3.125F};
    result_.choice.per_class = true;
    result_.expected.readings = 200;
    result_.expected.escalated = 50;
    result_.expected.correct = 190;
  }

  std::string Read() const {
    std::ifstream stream(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  static TuningNotes Notes(const std::string& date = "2026-01-02") {
    return {date, "--max-loss 0.002", "at most \"little\" less", 200, "feed"};
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_;
  TuneResult result_;
};

TEST_F(TaskWriterTest, WhatIsWrittenReadsAsWhatWasChosen) {
  const auto changed = UpdateTaskFile(file_, result_, Notes());
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_TRUE(*changed);
  const Parsed<Task> task = LoadTask(file_);
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(*task.value, result_.task);
}

TEST_F(TaskWriterTest, OtherKeysKeepTheirOrderAndText) {
  ASSERT_TRUE(UpdateTaskFile(file_, result_, Notes()).ok());
  const std::string text = Read();
  EXPECT_THAT(text, HasSubstr("\nversion: 1\n"
                              "labels: [idle, \"on: off\", \"a b\", odd]\n"
                              "task: pump\n"
                              "description: \"What: a pump does\"\n"
                              "priority_classes: [idle, \"on: off\"]\n"
                              "input:\n  dtype: float32\n  shape: [4]\n"
                              "normalisation:\n  mean: [0.10]\n  standard_deviation: [2.50]\n" +
                              kNets +
                              "  outputs: [other, \"on: off\", idle]\n  temperature: 1.2345\n"
                              "big:\n  file: big.onnx\n"));
  EXPECT_THAT(text, HasSubstr("validation:\n  every: 5\nscore: logistic\nthresholds:\n"
                              "  \"idle\": 0.123456\n  \"on: off\": 1\n"
                              "logistic: [-1.5, 20.25, 1e-07]\nmost_energy: -3.125\ntuned:\n"
                              "  date: 2026-01-02\n  arguments: \"--max-loss 0.002\"\n"
                              "  objective: \"at most \\\"little\\\" less\"\n"
                              "  validation_readings: 200\n"));
  EXPECT_THAT(text, HasSubstr("    readings: 200\n    escalation_rate: 0.2500\n"
                              "    accuracy: 0.9500\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr("held_out")));
  EXPECT_THAT(text, testing::Not(HasSubstr("2020-01-01")));
}

TEST_F(TaskWriterTest, AnotherDateAloneIsNoChange) {
  ASSERT_TRUE(UpdateTaskFile(file_, result_, Notes()).value());
  const std::string before = Read();
  EXPECT_FALSE(TaskFileDiffers(file_, result_, Notes("2030-12-31")).value());
  EXPECT_FALSE(UpdateTaskFile(file_, result_, Notes("2030-12-31")).value());
  EXPECT_EQ(Read(), before);
  result_.task.heads.back().thresholds[0] = 0.5F;
  EXPECT_TRUE(TaskFileDiffers(file_, result_, Notes()).value());
  EXPECT_EQ(Read(), before);
  EXPECT_TRUE(UpdateTaskFile(file_, result_, Notes()).value());
  EXPECT_NE(Read(), before);
}

TEST_F(TaskWriterTest, AFileThatCannotBeWrittenStaysAsItIs) {
  const std::string before = Read();
  // In the way of what is written first; permissions would not stop an administrator.
  folder_.Write("pump/task.yaml.new/x", "");
  const auto changed = UpdateTaskFile(file_, result_, Notes());
  EXPECT_EQ(changed.status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(std::string(changed.status().message()),
            "cannot write " + file_.string() +
                ": check the folder's permissions and free space, or copy the task's folder and "
                "name the copy's parent by --models");
  EXPECT_EQ(Read(), before);
}

TEST_F(TaskWriterTest, LabelsThatAListWouldCutAreQuoted) {
  std::string text = SubsetText();
  const std::string labels = "labels: [idle, 'on: off', \"a b\", odd]\n";
  text.replace(text.find(labels), labels.size(),
               "labels:\n  - idle\n  - 'on: off'\n  - a b, c\n  - odd]\n");
  folder_.Write("pump/task.yaml", text);
  result_.task.labels = {"idle", "on: off", "a b, c", "odd]"};
  ASSERT_TRUE(UpdateTaskFile(file_, result_, Notes()).ok());
  const Parsed<Task> task = LoadTask(file_);
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(*task.value, result_.task);
}

TEST_F(TaskWriterTest, ADescriptionInABlockStaysOneText) {
  std::string text = SubsetText();
  const std::string line = "description: \"What: a pump does\"\n";
  text.replace(text.find(line), line.size(), "description: >-\n  What: a pump\n  does # always\n");
  folder_.Write("pump/task.yaml", text);
  result_.task.description = "What: a pump does # always";
  const auto changed = UpdateTaskFile(file_, result_, Notes());
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(LoadTask(file_).value.value(), result_.task);
}

// As a full disk: a file may not be as large as the text.
TEST_F(TaskWriterTest, AFullDiskLeavesTheFileAsItWas) {
  const std::string before = Read();
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlimit small{64, limit.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const auto changed = UpdateTaskFile(file_, result_, Notes());
  setrlimit(RLIMIT_FSIZE, &limit);
  EXPECT_EQ(changed.status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(std::string(changed.status().message()), HasSubstr("free space"));
  EXPECT_EQ(Read(), before);
  EXPECT_FALSE(std::filesystem::exists(file_.string() + ".new"));
}

TEST_F(TaskWriterTest, AMissingFileIsSaid) {
  EXPECT_EQ(UpdateTaskFile(folder_.path() / "none.yaml", result_, Notes()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

class ExitTaskWriterTest : public TaskWriterTest {
 protected:
  ExitTaskWriterTest() : TaskWriterTest(ExitText()) {
    result_.task.little.temperatures = {0.5F, 2.5F};
    result_.task.heads.front() = {
        {0.999F, std::nullopt, std::nullopt, 0.75F}, LogisticRule{1.0F, 2.0F, 3.0F}, 4.5F};
  }
};

TEST_F(ExitTaskWriterTest, TheEarlyExitsRuleComesBack) {
  ASSERT_TRUE(UpdateTaskFile(file_, result_, Notes()).value());
  const Parsed<Task> task = LoadTask(file_);
  ASSERT_TRUE(task.ok()) << ToString(task.problems);
  EXPECT_EQ(*task.value, result_.task);
  EXPECT_FALSE(UpdateTaskFile(file_, result_, Notes()).value());
}

}  // namespace
}  // namespace biglittle
