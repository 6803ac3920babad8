// A stream of har, cut into windows that overlap: what comes from a program and from a topic ends
// as the replay of the same windows does, by the nets that are shipped.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <numbers>
#include <span>
#include <string>
#include <vector>

#include "cli/installation.h"
#include "cli/lab/fleet_processes.h"
#include "core/random.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "tests/support/eventually.h"
#include "tests/support/fleet_listener.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_broker.h"

namespace biglittle {
namespace {

constexpr std::size_t kChannels = 9;
constexpr std::size_t kSamples = 128;
constexpr std::size_t kHop = 64;
constexpr std::size_t kWindows = 120;
constexpr std::size_t kFrames = kSamples + (kWindows - 1) * kHop;

// Somebody who moves for a while, more and less, and then does not: the nets see several classes.
std::vector<float> Frames() {
  Random random(18);
  std::vector<float> frames;
  frames.reserve(kFrames * kChannels);
  for (std::size_t i = 0; i < kFrames; ++i) {
    const double time = static_cast<double>(i) / 50.0;
    const double strength = (i / 1280) % 3 == 2 ? 0.0 : 0.3 * static_cast<double>(i / 640 % 4);
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      const double gravity = channel == 6 ? 1.0 : 0.0;
      const double step =
          std::sin(2 * std::numbers::pi * 1.9 * time + static_cast<double>(channel));
      frames.push_back(static_cast<float>(gravity + strength * step + random.Uniform(-0.05, 0.05)));
    }
  }
  return frames;
}

// A line a frame; the fewest digits that read back as the same float.
std::vector<std::string> Lines(const std::vector<float>& frames, bool json) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < frames.size(); i += kChannels) {
    std::string line;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      line += fmt::format("{}{}", line.empty() ? "" : ",", frames[i + channel]);
    }
    lines.push_back(json ? "{\"v\":[" + line + "]}\n" : line + "\n");
  }
  return lines;
}

// Cut by hand: [windows, channels, samples].
std::vector<float> Windows(const std::vector<float>& frames) {
  std::vector<float> windows;
  for (std::size_t window = 0; window < kWindows; ++window) {
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      for (std::size_t i = 0; i < kSamples; ++i) {
        windows.push_back(frames[(window * kHop + i) * kChannels + channel]);
      }
    }
  }
  return windows;
}

std::string Yaml(std::uint16_t port) {
  std::string fields;
  for (std::size_t i = 0; i < kChannels; ++i) fields += fmt::format("{}/v/{}", i ? ", " : "", i);
  return fmt::format(
      "version: 1\nfleet: test\nmodels: {}\nbroker: {{port: {}}}\n"
      "workers:\n  - id: worker-1\n    tasks: [har]\n"
      "device_defaults: {{task: har, deadline_ms: 20000, drain_timeout_ms: 20000}}\n"
      "devices:\n"
      "  - id: replayed\n    source: {{type: replay, windows: X.npy, interval_ms: 5, "
      "readings: {}}}\n"
      "  - id: program\n    source: {{type: exec, command: [cat, samples.csv], rate_hz: 50, "
      "when_full: wait, readings: {},\n      window: {{hop: {}}},\n"
      "      format: {{type: csv, columns: [a, b, c, d, e, f, g, h, i]}}}}\n"
      "  - id: topic\n    source: {{type: mqtt, topic: 'sensors/{{device}}/x', rate_hz: 50, "
      "queue_capacity: 1024, readings: {},\n      window: {{hop: {}}},\n"
      "      format: {{type: ndjson, fields: [{}]}}}}\n",
      (Installation::Find().home / "models").string(), port, kWindows, kWindows, kHop, kWindows,
      kHop, fields);
}

TEST(SensorStream, AProgramAndATopicGiveHarWhatTheReplayGives) {
  const TemporaryFolder folder;
  const std::vector<float> frames = Frames();
  const std::vector<float> windows = Windows(frames);
  ASSERT_TRUE(WriteNpy(folder.path() / "X.npy", ElementType::kFloat32,
                       {kWindows, kChannels, kSamples}, std::as_bytes(std::span(windows)))
                  .ok());
  std::ofstream samples(folder.path() / "samples.csv");
  for (const std::string& line : Lines(frames, false)) samples << line;
  samples.close();

  const TestBroker broker;
  std::string yaml = Yaml(broker.port());
  yaml.replace(yaml.find("samples.csv"), 11, (folder.path() / "samples.csv").string());
  const auto file = folder.Write("fleet.yaml", yaml);
  FleetListener listener(broker.port());
  FleetProcesses processes(Installation::Find().programs, folder.path());
  ASSERT_TRUE(processes.StartWorker(file, "worker-1").ok());
  ASSERT_TRUE(Eventually([&] { return listener.WorkerOnline("worker-1"); }));
  ChildProcess& devices =
      *processes.StartDevices(file, {"replayed", "program", "topic"}, "devices").value();
  ASSERT_TRUE(Eventually([&] { return listener.Online("topic"); })) << TailOfFile(devices.log(), 9);
  // Messages that end anywhere in a window.
  std::string message;
  std::size_t lines = 0;
  for (const std::string& line : Lines(frames, true)) {
    message += line;
    if (++lines % 37 == 0) listener.Publish("sensors/topic/x", std::exchange(message, ""));
  }
  listener.Publish("sensors/topic/x", message);

  for (const std::string device : {"replayed", "program", "topic"}) {
    ASSERT_TRUE(Eventually([&] { return listener.Finals(device).size() == kWindows; },
                           std::chrono::seconds(60)))
        << device << TailOfFile(devices.log(), 9);
  }
  std::set<int> classes;
  std::set<wire::DecidedBy> by;
  for (const auto& [sequence, same] : listener.Finals("replayed")) {
    classes.insert(same.class_index);
    by.insert(same.decided_by);
    for (const std::string device : {"program", "topic"}) {
      const wire::Result result = listener.Finals(device).at(sequence);
      EXPECT_EQ(result.class_index, same.class_index) << device << sequence;
      EXPECT_EQ(result.confidence, same.confidence) << device << sequence;
      EXPECT_EQ(result.decided_by, same.decided_by) << device << sequence;
      EXPECT_LE(result.total_ms, result.deadline_ms) << device << sequence;
    }
  }
  // Else it says little.
  EXPECT_GE(classes.size(), 3U);
  EXPECT_TRUE(by.contains(wire::DecidedBy::kLittle));
  EXPECT_FALSE(by.contains(wire::DecidedBy::kFallback));
}

}  // namespace
}  // namespace biglittle
