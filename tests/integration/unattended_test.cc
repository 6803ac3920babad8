// What may befall a program that nobody looks at: its log cannot be written, its terminal goes, it
// has too little of something. One device's trouble is its own, and none of it ends a process.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/eventually.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

using testing::HasSubstr;
using testing::Not;

class UnattendedTest : public testing::Test {
 protected:
  void Start(TestFleet::Options options) {
    options.device_keys = "    store: {folder: stores}\n";
    fleet_.emplace(broker_.port(), options);
    fleet_->Observe();
  }
  // Devices of one process, begun by a shell that sets `before` and redirects to `after`.
  ChildProcess& StartDevices(const std::vector<std::string>& ids, const std::string& before,
                             const std::string& after = "") {
    std::string command = fmt::format("{}exec {} --log-level debug --config {}", before,
                                      (Installation::Find().programs / "device_agent").string(),
                                      fleet_->file().string());
    for (const std::string& id : ids) command += " --device " + id;
    devices_ = ChildProcess::Start({"/bin/bash", "-c", command + " " + after}, log()).value();
    return *devices_;
  }
  std::filesystem::path log() const { return fleet_->folder() / "devices.log"; }
  std::string Log() const { return TailOfFile(log(), 1000); }
  // Lines on stderr, without those of the log.
  std::vector<std::string> Said() const {
    std::vector<std::string> said;
    std::ifstream in(log());
    for (std::string line; std::getline(in, line);) {
      if (line.rfind("device_agent: ", 0) == 0) said.push_back(line);
    }
    return said;
  }

  TestBroker broker_;
  std::optional<TestFleet> fleet_;
  std::optional<ChildProcess> devices_;
};

// Its windows are labels, which the task does not take.
constexpr char kBroken[] =
    "  - id: broken\n    task: tiny\n    source: {type: replay, windows: y.npy}\n";

class LostLogTest : public UnattendedTest, public testing::WithParamInterface<const char*> {};

TEST_P(LostLogTest, CostsTheLogAndNothingElse) {
  Start({.devices = 3, .more_devices = kBroken});
  ChildProcess& host = StartDevices({"device-1", "broken", "device-2", "device-3"}, "", GetParam());
  ASSERT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().finals(), 600U);
  EXPECT_EQ(fleet_->tally().duplicates(), 0U);
  EXPECT_EQ(host.WaitUntil(TestFleet::Soon()), 1);
  for (const char* device : {"device-1", "device-2", "device-3"}) {
    EXPECT_TRUE(fleet_->TakeUntil([&] { return fleet_->observer().ReadingsOf(device) == 200U; }))
        << device;
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, LostLogTest,
                         testing::Values("2>/dev/full", ">/dev/full 2>&1", "2>&-", "<&- >&- 2>&-",
                                         "> >(true) 2>&1"));

TEST_F(UnattendedTest, AWorkerWithoutALogServes) {
  Start({});
  auto worker = ChildProcess::Start(
                    {"/bin/bash", "-c",
                     fmt::format("exec {} --log-level debug --config {} --worker worker-1 <&- >&- "
                                 "2>&-",
                                 (Installation::Find().programs / "cloud_worker").string(),
                                 fleet_->file().string())},
                    fleet_->folder() / "worker.log")
                    .value();
  fleet_->AwaitWorker();
  fleet_->StartDevice(1);
  ASSERT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().big(), 100U);
  EXPECT_EQ(worker.Terminate(Milliseconds(20000)), 0);
}

TEST_F(UnattendedTest, AHangupEndsNeitherDevicesNorWorker) {
  Start({.devices = 2, .readings = 400});
  ChildProcess& worker = fleet_->StartWorker();
  fleet_->AwaitWorker();
  ChildProcess& host = fleet_->StartDevices({"device-1", "device-2"});
  for (const std::uint64_t finals : {50U, 200U}) {
    ASSERT_TRUE(fleet_->TakeUntil([&] { return fleet_->tally().finals() > finals; }));
    for (ChildProcess* process : {&worker, &host}) process->Signal(SIGHUP);
  }
  ASSERT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().finals(), 800U);
  EXPECT_EQ(fleet_->tally().big(), 400U);
  EXPECT_EQ(host.WaitUntil(TestFleet::Soon()), 0);
  EXPECT_EQ(worker.Terminate(Milliseconds(20000)), 0);
}

TEST_F(UnattendedTest, AHangupEndsWatchAsAnInterruptDoes) {
  Start({.readings = 100'000});
  fleet_->StartDevice(1);
  const auto log = fleet_->folder() / "watch.log";
  auto watch = ChildProcess::Start({(Installation::Find().programs / "biglittle").string(), "watch",
                                    "--config", fleet_->file().string()},
                                   log)
                   .value();
  ASSERT_TRUE(Eventually([&] { return !TailOfFile(log, 1).empty(); }));
  watch.Signal(SIGHUP);
  EXPECT_EQ(watch.WaitUntil(TestFleet::Soon()), 0);
}

// However many have enough: each of the others says so in one line, and those are not disturbed.
TEST_F(UnattendedTest, TooFewDescriptorsAreTheTroubleOfThoseThatGetNone) {
  Start({.devices = 8});
  std::vector<std::string> ids;
  for (int i = 1; i <= 8; ++i) ids.push_back(fmt::format("device-{}", i));
  ChildProcess& host = StartDevices(ids, "ulimit -n 28; ");
  const std::optional<int> ended = host.WaitUntil(TestFleet::Soon());
  EXPECT_EQ(ended, 1) << Log();
  const std::vector<std::string> said = Said();
  ASSERT_GE(said.size(), 1U) << Log();
  ASSERT_LE(said.size(), 7U) << Log();
  for (const std::string& line : said) {
    EXPECT_THAT(line, testing::MatchesRegex(
                          "device_agent: device-[1-8]: too few file descriptors: raise .*"));
  }
  EXPECT_THAT(Log(), Not(HasSubstr("cannot connect"))) << Log();
  const std::uint64_t expected = 200 * (8 - said.size());
  EXPECT_TRUE(fleet_->TakeUntil([&] { return fleet_->tally().finals() == expected; }))
      << fleet_->tally().finals() << " of " << expected;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they need address space
TEST_F(UnattendedTest, ARecordingThatDoesNotFitIntoMemoryIsTheTroubleOfItsDevice) {
  const TemporaryFolder folder;
  const auto huge = folder.Write("huge.npy", "\x93NUMPY");
  std::filesystem::resize_file(huge, 1'000'000'000);  // it has a hole
  Start({.devices = 2,
         .more_devices = fmt::format("  - id: huge\n    task: tiny\n"
                                     "    source: {{type: replay, windows: {}}}\n",
                                     huge.string())});
  ChildProcess& host = StartDevices({"device-1", "huge", "device-2"}, "ulimit -v 1000000; ");
  ASSERT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().finals(), 400U);
  EXPECT_EQ(host.WaitUntil(TestFleet::Soon()), 1) << Log();
  ASSERT_EQ(Said().size(), 1U) << Log();
  EXPECT_THAT(Said()[0], testing::MatchesRegex("device_agent: huge: .*/huge.npy: not enough "
                                               "memory: .*"));
}
#endif

}  // namespace
}  // namespace biglittle
