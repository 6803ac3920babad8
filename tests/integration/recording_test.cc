// Windows that are kept to train with: in the field by the agent, at the bench by `record`.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "device_agent/sources/replay/data_file.h"
#include "tests/support/eventually.h"
#include "tests/support/test_broker.h"
#include "tests/support/test_fleet.h"
#include "wire/messages/result.h"
#include "wire/mqtt/mqtt_session.h"

namespace biglittle {
namespace {

namespace fs = std::filesystem;

constexpr int kReadings = 200;
constexpr std::size_t kWindowBytes = 4 * sizeof(float);

std::vector<std::byte> Row(const DataArray& array, std::size_t number) {
  const auto begin = array.data.begin() + static_cast<std::ptrdiff_t>(number * kWindowBytes);
  return {begin, begin + static_cast<std::ptrdiff_t>(kWindowBytes)};
}

struct Kept {
  wire::Result result;
  std::vector<std::byte> window;
};

// By sequence number.
std::map<std::uint64_t, Kept> KeptIn(const fs::path& folder) {
  std::map<std::uint64_t, Kept> all;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".npy") continue;
    const auto array = LoadDataFile(entry.path());
    EXPECT_TRUE(array.ok()) << array.status();
    fs::path lines = entry.path();
    std::ifstream text(lines.replace_extension(".jsonl"));
    std::size_t row = 0;
    for (std::string line; std::getline(text, line); ++row) {
      const auto result = wire::DecodeResult(line, wire::kJsonContent);
      EXPECT_TRUE(result.ok()) << line;
      if (result.ok()) all[result->sequence] = {*result, Row(*array, row)};
    }
  }
  return all;
}

TEST(RecordingTest, ADeviceKeepsItsWindowsAndWhatBecameOfThem) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {.readings = kReadings,
                                  .device_keys = "    record: {folder: kept, others: 1}\n"});
  fleet.Observe();
  fleet.StartWorker();
  fleet.AwaitWorker();
  ChildProcess& device = fleet.StartDevice(1);
  ASSERT_TRUE(fleet.TakeAll());
  EXPECT_EQ(device.WaitUntil(TestFleet::Soon()), 0);
  const auto kept = KeptIn(fleet.folder() / "kept" / "device-1");
  ASSERT_EQ(kept.size(), static_cast<std::size_t>(kReadings));
  const auto replayed = LoadDataFile(fleet.folder() / "X.npy");
  std::size_t by_big = 0;
  for (const auto& [sequence, one] : kept) {
    EXPECT_EQ(one.window, Row(*replayed, sequence)) << sequence;
    EXPECT_EQ(one.result.device, "device-1");
    if (one.result.decided_by == wire::DecidedBy::kBig) ++by_big;
  }
  EXPECT_EQ(by_big, static_cast<std::size_t>(kReadings) / 2);
}

// As an operator: a device whose sensor speaks MQTT, and a task that nobody has trained yet.
TEST(RecordingTest, RecordHearsASensorsTopic) {
  TestBroker broker;
  TestFleet fleet(broker.port(), {});
  const fs::path file = fleet.folder() / "bench.yaml";
  fs::create_directories(fleet.folder() / "models");
  std::ofstream(file) << fmt::format(
      "version: 1\nfleet: bench\nmodels: models\nbroker: {{port: {}}}\ndevices:\n  - id: pump\n"
      "    task: valve\n    source: {{type: mqtt, topic: sensors/pump/x}}\n",
      broker.port());
  const fs::path out = fleet.folder() / "data";
  ChildProcess record =
      ChildProcess::Start({(Installation::Find().programs / "biglittle").string(), "record",
                           "--config", file.string(), "--device", "pump", "--label", "idle",
                           "--out", out.string(), "--shape", "1,2", "--windows", "3"},
                          fleet.folder() / "record.log")
          .value();
  wire::MqttSession::Options options;
  options.broker.port = broker.port();
  options.client_id = "sensor";
  wire::MqttSession sensor(std::move(options));
  sensor.Start();
  ASSERT_TRUE(sensor.WaitConnected(TestFleet::Soon()));
  // What comes before it listens is nobody's: the sensor goes on until it has heard enough.
  ASSERT_TRUE(Eventually([&] {
    wire::Message message;
    message.topic = "sensors/pump/x";
    message.payload = "1\n2\n";
    EXPECT_TRUE(sensor.Publish(std::move(message)).ok());
    return record.WaitUntil(std::chrono::steady_clock::now() + Milliseconds(20)).has_value();
  }));
  EXPECT_EQ(record.WaitUntil(TestFleet::Soon()), 0)
      << TailOfFile(fleet.folder() / "record.log", 20);
  const auto windows = LoadDataFile(out / "X.npy");
  ASSERT_TRUE(windows.ok()) << windows.status();
  EXPECT_EQ(windows->shape, (Shape{3, 1, 2}));
}

}  // namespace
}  // namespace biglittle
