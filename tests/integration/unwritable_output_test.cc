// Whatever a command prints must have arrived where it was sent, or the command has failed: a full
// disk under a redirection, a closed descriptor, a file that takes no more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "cli/installation.h"
#include "cli/lab/child_process.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class UnwritableOutput : public testing::Test {
 protected:
  UnwritableOutput() {
    const std::vector<float> windows(100 * 4, 0.5F);
    const std::vector<std::uint8_t> labels(100, 1);
    for (const char* part : {"test", "validation"}) {
      Save(std::string("X_") + part, ElementType::kFloat32, {100, 4},
           std::as_bytes(std::span(windows)));
      Save(std::string("y_") + part, ElementType::kUint8, {100}, std::as_bytes(std::span(labels)));
    }
  }
  void Save(const std::string& name, ElementType type, const Shape& shape,
            std::span<const std::byte> data) const {
    EXPECT_TRUE(WriteNpy(folder_.path() / (name + ".npy"), type, shape, data).ok());
  }

  // The exit status of `biglittle <arguments>`, for the shell; what it said to standard error is in
  // said_.
  int Run(const std::string& arguments) {
    const std::filesystem::path said = folder_.path() / "said";
    const std::string command =
        fmt::format("'{}' {} 2>'{}'", (Installation::Find().programs / "biglittle").string(),
                    arguments, said.string());
    ChildProcess child =
        ChildProcess::Start({"/bin/sh", "-c", command}, folder_.path() / "log").value();
    const int status = child.WaitUntil(TestFleet::Soon()).value_or(-1);
    said_ = TailOfFile(said, 3);
    return status;
  }
  std::string Task() const {
    return fmt::format("--task tiny --models '{}' --data '{}'", TestDataFolder().string(),
                       folder_.path().string());
  }
  std::string Model() const {
    return fmt::format("'{}'", (TestDataFolder() / "tiny/big.onnx").string());
  }
  std::string Array() const {
    return fmt::format("'{}'", (folder_.path() / "X_test.npy").string());
  }

  const TemporaryFolder folder_;
  std::string said_;
};

TEST_F(UnwritableOutput, OfAnyCommandIsAFailure) {
  const std::string out = (folder_.path() / "out").string();
  const std::string commands[] = {
      "--help",
      "demo --help",
      "check '" + (TestDataFolder() / "tiny/task.yaml").string() + "'",
      "inspect " + Model(),
      "classify --model " + Model() + " --input " + Array(),
      "evaluate " + Task(),
      "simulate --task vibration --readings 1 --out '" + out + "'",
      "bench nn --model " + Model() + " --seconds 0.01",
  };
  for (const std::string& command : commands) {
    ASSERT_EQ(Run(command), 0) << command << ": " << said_;
    EXPECT_EQ(Run(command + " >/dev/full"), 1) << command;
    EXPECT_THAT(said_,
                HasSubstr("biglittle: the output cannot be written: No space left on device"))
        << command;
    EXPECT_EQ(Run(command + " >&-"), 1) << command;
    EXPECT_THAT(said_, HasSubstr("biglittle: the output cannot be written")) << command;
  }
}

TEST_F(UnwritableOutput, HidesNoOtherFailure) {
  EXPECT_EQ(Run("inspect /no/model >/dev/full"), 2);
  EXPECT_EQ(Run("no-such-command >/dev/full"), 2);
}

TEST_F(UnwritableOutput, OfAFileIsAFailure) {
  for (const std::string& command :
       {"classify --model " + Model() + " --input " + Array(), "evaluate " + Task(),
        "bench nn --model " + Model() + " --seconds 0.01"}) {
    EXPECT_EQ(Run(command + " --json /dev/full"), 1) << command;
    EXPECT_THAT(said_, HasSubstr("/dev/full cannot be written")) << command;
  }
}

// It would show results to nobody for ever.
TEST_F(UnwritableOutput, EndsAWatch) {
  const TestBroker broker;
  TestFleet fleet(broker.port(), {.readings = 100'000});
  fleet.Observe();
  fleet.StartDevice(1);
  EXPECT_EQ(Run("watch --config '" + fleet.file().string() + "' >/dev/full"), 1);
  EXPECT_THAT(said_, HasSubstr("biglittle: the output cannot be written"));
}

// What is opened later must not get the number of what was closed, and the output with it.
TEST_F(UnwritableOutput, OfAClosedDescriptorGoesNowhereElse) {
  const std::string json = (folder_.path() / "figures.json").string();
  EXPECT_EQ(Run("evaluate " + Task() + " --json '" + json + "' <&- >&-"), 1);
  EXPECT_THAT(TailOfFile(json, 1), testing::StartsWith("}"));
}

}  // namespace
}  // namespace biglittle
