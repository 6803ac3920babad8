// What each program says about a start that cannot work: one line, exit status 2; 1 where it might
// work later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <optional>
#include <thread>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "device_agent/results/result_store.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class StartUpTest : public testing::Test {
 protected:
  StartUpTest() : fleet_(1, {.readings = 5, .deadline_ms = 100}) {}

  // The exit status; what was printed is in log_.
  int Run(const char* program, const std::vector<std::string>& arguments) {
    return fleet_.Run(program, arguments, log_);
  }
  int Device() {
    return Run("device_agent", {"--config", fleet_.file().string(), "--device", "device-1"});
  }
  int Worker() {
    return Run("cloud_worker", {"--config", fleet_.file().string(), "--worker", "worker-1"});
  }
  // Lets the fleet use a copy of the tiny task's folder, to be damaged.
  std::filesystem::path CopyTask() {
    const auto copy = fleet_.folder() / "models" / "tiny";
    std::filesystem::create_directories(copy.parent_path());
    std::filesystem::copy(TestDataFolder() / "tiny", copy);
    Replace(fleet_.file(), TestDataFolder().string(), "models");
    return copy;
  }
  static void Replace(const std::filesystem::path& file, const std::string& from,
                      const std::string& to) {
    std::ifstream in(file);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    in.close();
    ASSERT_NE(text.find(from), std::string::npos);
    text.replace(text.find(from), from.size(), to);
    std::ofstream(file) << text;
  }
  void ExpectOneLine(const char* expected) const {
    EXPECT_THAT(log_, HasSubstr(expected));
    EXPECT_THAT(log_, testing::Not(HasSubstr("\n")));
  }

  TestFleet fleet_;
  std::string log_;
};

TEST_F(StartUpTest, AMistakeInTheFleetFileHasItsPlace) {
  Replace(fleet_.file(), "deadline_ms: 100", "deadline: 100");
  EXPECT_EQ(Device(), 2);
  EXPECT_THAT(log_, testing::ContainsRegex("fleet.yaml:[0-9]+:[0-9]+: "));
  EXPECT_EQ(Worker(), 2);
}

TEST_F(StartUpTest, AMissingFleetFile) {
  EXPECT_EQ(Run("device_agent", {"--config", "/no/fleet.yaml", "--device", "d"}), 2);
  ExpectOneLine("/no/fleet.yaml");
}

TEST_F(StartUpTest, AnUnknownDeviceOrWorker) {
  EXPECT_EQ(Run("device_agent", {"--config", fleet_.file().string(), "--device", "nobody"}), 2);
  ExpectOneLine("nobody");
  EXPECT_EQ(Run("cloud_worker", {"--config", fleet_.file().string(), "--worker", "nobody"}), 2);
  ExpectOneLine("nobody");
}

TEST_F(StartUpTest, MissingOptions) {
  EXPECT_EQ(Run("device_agent", {}), 2);
  EXPECT_EQ(Run("cloud_worker", {}), 2);
  EXPECT_EQ(Run("biglittle", {"demo", "--no-such-option"}), 2);
}

TEST_F(StartUpTest, ADeadlineForALabelThatTheTaskDoesNotHave) {
  Replace(fleet_.file(), "deadline_ms: 100",
          "deadline_ms: 100\n    class_deadlines_ms: {leak: 50}");
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("class_deadlines_ms names 'leak'");
}

// One that was killed a moment ago may not be gone yet.
TEST_F(StartUpTest, AStoreThatAnotherAgentStillUsesIsWaitedFor) {
  Replace(fleet_.file(), "deadline_ms: 100", "deadline_ms: 100\n    store: {folder: stores}");
  Replace(fleet_.file(), "drain_timeout_ms: 20000", "drain_timeout_ms: 100");
  std::optional<ResultStore> held =
      ResultStore::Open(fleet_.folder() / "stores" / "device-1.sqlite", {}, Clock::Real()).value();
  std::thread release([&held] {
    std::this_thread::sleep_for(Milliseconds(500));
    held.reset();
  });
  EXPECT_EQ(Device(), 0) << log_;
  release.join();
}

TEST_F(StartUpTest, AStoreThatAnotherAgentUses) {
  Replace(fleet_.file(), "deadline_ms: 100", "deadline_ms: 100\n    store: {folder: stores}");
  const auto held =
      ResultStore::Open(fleet_.folder() / "stores" / "device-1.sqlite", {}, Clock::Real());
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(Device(), 1);
  ExpectOneLine("another agent of device device-1 runs already; stop it first");
}

TEST_F(StartUpTest, AMissingModel) {
  const auto task = CopyTask();
  std::filesystem::remove(task / "little.onnx");
  std::filesystem::remove(task / "big.onnx");
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("little.onnx");
  EXPECT_EQ(Worker(), 2);
  ExpectOneLine("big.onnx");
}

TEST_F(StartUpTest, AModelThatIsCutShort) {
  const auto task = CopyTask();
  std::filesystem::resize_file(task / "little.onnx", 60);
  std::filesystem::resize_file(task / "big.onnx", 60);
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("little.onnx");
  EXPECT_EQ(Worker(), 2);
  ExpectOneLine("big.onnx");
}

TEST_F(StartUpTest, AModelOfAnotherDigest) {
  const auto task = CopyTask();
  Replace(task / "task.yaml", LoadTinyTask().little.sha256, std::string(64, 'a'));
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("sha256");
}

TEST_F(StartUpTest, ADataFileThatIsCutShort) {
  std::filesystem::resize_file(fleet_.folder() / "X.npy", 300);
  EXPECT_EQ(Device(), 2);
  ExpectOneLine("X.npy");
}

// Readings are answered without a broker; only that nobody could be told is an error, at the end.
TEST_F(StartUpTest, AnUnreachableBrokerIsSaidWhenThereIsNothingElseToDo) {
  Replace(fleet_.file(), "drain_timeout_ms: 20000", "drain_timeout_ms: 100");
  EXPECT_EQ(Device(), 1);
  EXPECT_THAT(log_, HasSubstr("messages could not be delivered"));
}

}  // namespace
}  // namespace biglittle
