#include "device_agent/recording/window_recorder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

class WindowRecorderTest : public testing::Test {
 protected:
  WindowRecorderTest() { config_.folder = folder_.path() / "windows"; }

  std::unique_ptr<WindowRecorder> Start() {
    auto recorder = WindowRecorder::Start(config_, "pump", task_);
    EXPECT_TRUE(recorder.ok()) << recorder.status();
    return *std::move(recorder);
  }
  static wire::Result ResultOf(std::uint64_t sequence) {
    wire::Result result;
    result.fleet = "f";
    result.device = "pump";
    result.sequence = sequence;
    return result;
  }
  // Sequence numbers on the disk, once the recorder has ended.
  std::set<std::uint64_t> Recorded() const {
    std::set<std::uint64_t> numbers;
    for (const auto& entry : fs::directory_iterator(config_.folder / "pump")) {
      if (entry.path().extension() != ".jsonl") continue;
      std::ifstream lines(entry.path());
      for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find("\"sequence\":\"");
        numbers.insert(std::stoull(line.substr(at + 12)));
      }
    }
    return numbers;
  }

  TemporaryFolder folder_;
  RecordConfig config_;
  const Task task_ = LoadTinyTask();
  const Tensor window_ = TinySample(1, false).window;
};

TEST_F(WindowRecorderTest, KeepsWhatWasEscalatedOnceItHasEnded) {
  auto recorder = Start();
  for (const std::uint64_t sequence : {1U, 2U, 3U}) recorder->OnEscalated(sequence, window_);
  recorder->OnFinal(ResultOf(3));
  recorder->OnFinal(ResultOf(7));  // was never escalated
  recorder->OnFinal(ResultOf(1));
  recorder->OnAnswered(window_, ResultOf(8));
  recorder.reset();
  EXPECT_EQ(Recorded(), (std::set<std::uint64_t>{1, 3}));
}

TEST_F(WindowRecorderTest, KeepsAShareOfTheOthers) {
  config_.others = 0.1F;
  config_.escalated = RecordEscalated::kNone;
  auto recorder = Start();
  recorder->OnEscalated(5000, window_);
  recorder->OnFinal(ResultOf(5000));
  for (std::uint64_t i = 0; i < 2000; ++i) recorder->OnAnswered(window_, ResultOf(i));
  recorder.reset();
  const auto recorded = Recorded();
  EXPECT_FALSE(recorded.contains(5000));
  // Five standard deviations about 200.
  EXPECT_GT(recorded.size(), 130U);
  EXPECT_LT(recorded.size(), 270U);
}

TEST_F(WindowRecorderTest, CountsWhatTheDiskDoesNotTake) {
  auto recorder = Start();
  fs::remove_all(config_.folder / "pump");
  for (const std::uint64_t sequence : {1U, 2U}) {
    recorder->OnEscalated(sequence, window_);
    recorder->OnFinal(ResultOf(sequence));
  }
  std::map<std::string, std::uint64_t> counters;
  const SteadyTime patience = Clock::Real().Now() + std::chrono::seconds(10);
  while (counters["windows_not_recorded"] < 2 && Clock::Real().Now() < patience) {
    recorder->AddCounters(counters);
  }
  EXPECT_EQ(counters["windows_not_recorded"], 2U);
  EXPECT_EQ(counters["windows_recorded"], 0U);
}

TEST_F(WindowRecorderTest, ABoundTooSmallForTheTaskIsAMistake) {
  config_.max_bytes = 100;
  EXPECT_TRUE(absl::IsInvalidArgument(WindowRecorder::Start(config_, "pump", task_).status()));
}

}  // namespace
}  // namespace biglittle
