// Several devices in one process, over a real broker and a real worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"

namespace biglittle {
namespace {

using testing::HasSubstr;

class DeviceHostTest : public testing::Test {
 protected:
  void Start(const TestFleet::Options& options) {
    fleet_.emplace(broker_.port(), options);
    fleet_->Observe();
    fleet_->StartWorker();
    fleet_->AwaitWorker();
  }
  std::string Log() const { return TailOfFile(fleet_->folder() / "devices.log", 100); }

  TestBroker broker_;
  std::optional<TestFleet> fleet_;
};

TEST_F(DeviceHostTest, EveryReadingOfEveryDeviceEndsOnce) {
  Start({.devices = 3});
  ChildProcess& host = fleet_->StartDevices({"device-1", "device-2", "device-3"});
  ASSERT_TRUE(fleet_->TakeAll());
  EXPECT_EQ(fleet_->tally().finals(), 600U);
  EXPECT_EQ(fleet_->tally().duplicates(), 0U);
  EXPECT_EQ(fleet_->tally().little(), 300U);
  EXPECT_EQ(fleet_->tally().big(), 300U);
  EXPECT_DOUBLE_EQ(fleet_->tally().accuracy(), 1.0);
  for (const char* device : {"device-1", "device-2", "device-3"}) {
    EXPECT_TRUE(fleet_->TakeUntil([&] { return fleet_->observer().ReadingsOf(device) == 200U; }))
        << device;
  }
  EXPECT_EQ(host.WaitUntil(TestFleet::Soon()), 0) << Log();
}

TEST_F(DeviceHostTest, ADeviceWithoutItsDataDoesNotEndTheOthers) {
  // Its windows are labels, which the task does not take.
  Start({.devices = 2,
         .more_devices = "  - id: broken\n    task: tiny\n"
                         "    source: {type: replay, windows: y.npy}\n"});
  ChildProcess& host = fleet_->StartDevices({"device-1", "broken", "device-2"});
  ASSERT_TRUE(fleet_->TakeUntil([&] { return fleet_->tally().finals() >= 400; }));
  EXPECT_EQ(host.WaitUntil(TestFleet::Soon()), 1);
  EXPECT_EQ(fleet_->tally().finals(), 400U);
  EXPECT_THAT(Log(), HasSubstr("device_agent: broken: "));
  EXPECT_THAT(Log(), testing::Not(HasSubstr("device_agent: device-")));
}

TEST_F(DeviceHostTest, ASignalStopsAllAndNothingIsLost) {
  Start({.devices = 2, .readings = 100'000});
  ChildProcess& host = fleet_->StartDevices({"device-1", "device-2"});
  ASSERT_TRUE(fleet_->TakeUntil([&] { return fleet_->tally().finals() > 50; }));
  EXPECT_EQ(host.Terminate(Milliseconds(20000)), 0) << Log();
  const FleetObserver& observer = fleet_->observer();
  ASSERT_TRUE(fleet_->TakeUntil([&] {
    return observer.ReadingsOf("device-1").has_value() &&
           observer.ReadingsOf("device-2").has_value();
  }));
  const std::uint64_t taken = *observer.ReadingsOf("device-1") + *observer.ReadingsOf("device-2");
  EXPECT_TRUE(fleet_->TakeUntil([&] { return fleet_->tally().finals() == taken; }));
  EXPECT_EQ(fleet_->tally().duplicates(), 0U);
}

TEST_F(DeviceHostTest, ACommandLineThatCannotBeIsRefusedBeforeAnythingRuns) {
  fleet_.emplace(broker_.port(), TestFleet::Options{.devices = 2});
  std::string log;
  const std::string file = fleet_->file().string();
  EXPECT_EQ(fleet_->Run("device_agent",
                        {"--config", file, "--device", "device-1", "--device", "nobody"}, log),
            2);
  EXPECT_THAT(log, HasSubstr("nobody"));
  EXPECT_EQ(fleet_->Run("device_agent",
                        {"--config", file, "--device", "device-1", "--device", "device-1"}, log),
            2);
  EXPECT_THAT(log, HasSubstr("device-1 is given twice"));
  EXPECT_THAT(log, testing::Not(HasSubstr("\n")));
}

}  // namespace
}  // namespace biglittle
