#include "cli/lab/fleet_processes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "tests/support/temporary_folder.h"

namespace biglittle {
namespace {

using testing::ElementsAre;
using testing::Key;

SteadyTime Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(20); }

// Programs that say how they were called, and wait.
class FleetProcessesTest : public testing::Test {
 protected:
  FleetProcessesTest() {
    for (const char* program : {"device_agent", "cloud_worker"}) {
      const auto file = folder_.Write(program, "#!/bin/sh\necho \"$NAME$@\"\nexec sleep 1000\n");
      std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }
  }
  std::string Said(const ChildProcess& process) const {
    const SteadyTime deadline = Soon();
    while (TailOfFile(process.log(), 1).empty() && std::chrono::steady_clock::now() < deadline) {
    }
    return TailOfFile(process.log(), 1);
  }

  const TemporaryFolder folder_;
  FleetProcesses processes_{folder_.path(), folder_.path()};
};

TEST_F(FleetProcessesTest, DevicesAreSharedOutEvenly) {
  ASSERT_TRUE(processes_.ShareDevicesOut("f", {"a", "b", "c", "d", "e"}, 3).ok());
  auto& devices = processes_.devices();
  ASSERT_THAT(devices, ElementsAre(Key("a"), Key("b-to-c"), Key("d-to-e")));
  EXPECT_EQ(Said(devices.at("a")), "--config f --device a");
  EXPECT_EQ(Said(devices.at("b-to-c")), "--config f --device b --device c");
  EXPECT_EQ(devices.at("d-to-e").log(), folder_.path() / "d-to-e.log");
}

TEST_F(FleetProcessesTest, AWorkerTakesThePlaceOfTheOneOfItsId) {
  const pid_t first = (*processes_.StartWorker("f", "w"))->pid();
  const auto second = processes_.StartWorker("g", "w", {"/usr/bin/env", "NAME=by "});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(kill(first, 0), -1);
  EXPECT_THAT(processes_.workers(), ElementsAre(Key("w")));
  const SteadyTime deadline = Soon();
  while (TailOfFile((*second)->log(), 1) != "by --config g --worker w") {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline);
  }
}

TEST_F(FleetProcessesTest, WhoHasEndedIsKnown) {
  ASSERT_TRUE(processes_.ShareDevicesOut("f", {"a", "b"}, 2).ok());
  EXPECT_EQ(processes_.EndedDevice(), nullptr);
  ChildProcess& b = processes_.devices().at("b");
  b.Signal(SIGKILL);
  ASSERT_TRUE(b.WaitUntil(Soon()));
  EXPECT_EQ(processes_.EndedDevice(), &b);
  EXPECT_FALSE(processes_.AllDevicesEnded());
  processes_.EndDevices(Milliseconds(2000));
  EXPECT_TRUE(processes_.AllDevicesEnded());
}

TEST_F(FleetProcessesTest, AProgramThatIsNotThereIsSaid) {
  std::filesystem::remove(folder_.path() / "cloud_worker");
  EXPECT_TRUE(absl::IsNotFound(processes_.StartWorker("f", "w").status()));
  EXPECT_TRUE(processes_.workers().empty());
}

}  // namespace
}  // namespace biglittle
