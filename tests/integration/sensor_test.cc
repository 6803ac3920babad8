// Sensors of real programs, files and lines: what they give ends as the replay of the same windows
// does, whatever they do meanwhile.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <string>

#include "tests/support/eventually.h"
#include "tests/support/fleet_listener.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"
#include "wire/messages/result.h"

namespace biglittle {
namespace {

constexpr int kReadings = 200;
// Prints the windows of the fleet's replay, for awk.
constexpr char kProgram[] =
    "BEGIN { for (i = 0; i < 200; i++) { s = i % 10 < 5; l = s ? (i % 2 ? 2 : 0) : i % 4; "
    "for (p = 0; p < 4; p++) print p == l ? (s ? 1 : 0.1) : 0 } }";

std::string Device(const std::string& id, const std::string& source, const std::string& more = "") {
  return "  - id: " + id +
         "\n    task: tiny\n    deadline_ms: 2000\n    drain_timeout_ms: 20000\n" + more +
         "    source: {" + source + "}\n";
}

// A window of the fleet's replay as lines of one channel.
std::string WindowLines(int number) {
  const bool sure = number % 10 < 5;
  const int label = sure ? (number % 2 == 0 ? 0 : 2) : number % 4;
  std::string lines;
  for (int place = 0; place < 4; ++place) {
    lines += fmt::format("{}\n", place == label ? (sure ? 1.0 : 0.1) : 0.0);
  }
  return lines;
}

void WriteSamples(const TestFleet& fleet) {
  std::string lines;
  for (int i = 0; i < kReadings; ++i) lines += WindowLines(i);
  std::ofstream(fleet.folder() / "samples.csv") << lines;
}

TEST(SensorTest, AProgramAFileAndATopicGiveWhatTheReplayGives) {
  TestBroker broker;
  TestFleet fleet(
      broker.port(),
      {.readings = kReadings,
       .more_devices =
           Device("program", "type: exec, when_full: wait, readings: 200, command: [awk, \"" +
                                 std::string(kProgram) + "\"]") +
           Device("file", "type: file, path: samples.csv, readings: 200") +
           Device("topic",
                  "type: mqtt, topic: 'sensors/{device}/x', queue_capacity: 256, readings: 200")});
  WriteSamples(fleet);
  FleetListener listener(broker.port());
  fleet.Observe();
  fleet.StartWorker();
  fleet.AwaitWorker();
  fleet.StartDevice(1);
  fleet.StartDevices({"program", "file", "topic"});
  ASSERT_TRUE(Eventually([&] { return listener.Online("topic"); }));
  for (int i = 0; i < kReadings; ++i) listener.Publish("sensors/topic/x", WindowLines(i));
  ASSERT_TRUE(Eventually([&] { return listener.Finals("device-1").size() == kReadings; },
                         std::chrono::seconds(60)));
  const auto replayed = listener.Finals("device-1");
  for (const std::string device : {"program", "file", "topic"}) {
    ASSERT_TRUE(Eventually([&] { return listener.Finals(device).size() == kReadings; },
                           std::chrono::seconds(60)))
        << device;
    for (const auto& [sequence, result] : listener.Finals(device)) {
      const wire::Result& same = replayed.at(sequence);
      EXPECT_EQ(result.decided_by, same.decided_by) << device << sequence;
      EXPECT_EQ(result.class_index, same.class_index) << device << sequence;
      EXPECT_EQ(result.confidence, same.confidence) << device << sequence;
    }
  }
}

// It prints a window every 10 ms, dies again and again, and prints what nobody can read.
TEST(SensorTest, AProgramThatDiesAndTalksNonsenseCostsNoDeadline) {
  TestBroker broker;
  const std::string script =
      "for i in $(seq 20); do for v in 1 0 0 0 nonsense; do echo $v; done; sleep 0.01; done; "
      "kill -9 $$";
  TestFleet fleet(
      broker.port(),
      {.more_devices = Device("program",
                              "type: exec, restart_delay_ms: 10, command: [/bin/sh, -c, \"" +
                                  script + "\"], readings: 100",
                              "    state: {smoothing: {kind: majority, readings: 3}}\n")});
  const FleetListener listener(broker.port());
  fleet.Observe();
  ChildProcess& device = fleet.StartDevices({"program"});
  ASSERT_TRUE(Eventually([&] { return listener.Finals("program").size() == 100; },
                         std::chrono::seconds(60)));
  for (const auto& [sequence, result] : listener.Finals("program")) {
    EXPECT_EQ(result.class_index, 0) << sequence;
    EXPECT_LE(result.total_ms, result.deadline_ms) << sequence;
  }
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
  ASSERT_TRUE(Eventually([&] { return !listener.States("program").empty(); }));
  EXPECT_EQ(listener.States("program").front().class_index, 0);
}

// A sensor of before speaks of what was; only recordings are resumed.
TEST(SensorTest, ASecondStartWithAStoreLosesNoWindow) {
  TestBroker broker;
  TestFleet fleet(
      broker.port(),
      {.more_devices = Device("program",
                              "type: exec, command: [/bin/sh, -c, "
                              "\"for i in 1 2 3 4 5; do for v in 1 0 0 0; do echo $v; done; done; "
                              "sleep 100\"], "
                              "readings: 5",
                              "    store: {folder: stored}\n")});
  const FleetListener listener(broker.port());
  fleet.Observe();
  for (const std::size_t readings : {5U, 10U}) {
    ChildProcess& device = fleet.StartDevices({"program"});
    ASSERT_TRUE(Eventually([&] { return listener.Finals("program").size() == readings; },
                           std::chrono::seconds(30)));
    EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
  }
  EXPECT_EQ(listener.Finals("program").rbegin()->first, 9U);
}

}  // namespace
}  // namespace biglittle
