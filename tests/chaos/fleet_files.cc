#include "tests/chaos/fleet_files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <span>

#include "core/digest.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "tests/chaos/heavy_net.h"
#include "tests/support/tiny_task.h"

namespace biglittle::chaos {
namespace {

// The replay starts again at the end. A multiple of the pattern's period.
constexpr std::int64_t kWindows = 2000;
constexpr int kWorkers = 2;
constexpr Milliseconds kReconnectMin{20};
constexpr Milliseconds kReconnectMax{200};

std::string Content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Few remembered replies: the memory that they take is full before a scenario begins to measure.
// With a heavy net a batch is small, as whoever wants short waits would choose it: a reading waits
// for the batch that runs and for its own, which others' readings fill.
std::string WorkerYaml(int number, bool heavy_net) {
  return fmt::format(
      "  - id: worker-{}\n    tasks: [tiny]\n    status_interval_ms: 1000\n"
      "    queue_capacity: 1024\n    deduplication_window_ms: 3000\n"
      "    deduplication_entries: 1024\n    inference_timeout_ms: 2000\n"
      "    reload_interval_ms: 1000\n    max_batch_size: {}\n",
      number, heavy_net ? 4 : WorkerConfig{}.max_batch_size);
}

}  // namespace

std::string DeviceId(const DeviceGroup& group, int number) {
  return fmt::format("{}-{}", group.name, number);
}

FleetConfig FleetAt(std::uint16_t broker_port) {
  FleetConfig fleet;
  fleet.fleet = "chaos";
  fleet.broker.port = broker_port;
  fleet.broker.reconnect_delay_min = kReconnectMin;
  fleet.broker.reconnect_delay_max = kReconnectMax;
  return fleet;
}

FleetFiles::FleetFiles(const FleetOptions& options, std::uint16_t broker_port,
                       std::uint16_t device_port) {
  WriteData();
  WriteProgram();
  const std::filesystem::path models =
      options.heavy_net ? WriteModels("heavy-models", HeavyNet()) : TestDataFolder();
  // The same net with a description, which changes its bytes and its digest and nothing else: field
  // 6 of ModelProto; a protobuf message may be extended at its end.
  const std::string other = Content(TestDataFolder() / "tiny" / "big.onnx") + "\x32\x05other";
  for_devices_ = folder_.Write("devices.yaml", Yaml(options, device_port, models));
  for_workers_ = folder_.Write("workers.yaml", Yaml(options, broker_port, models));
  for_other_ =
      folder_.Write("other.yaml", Yaml(options, broker_port, WriteModels("other-models", other)));
  // One that is full or read-only may be put in their place.
  std::filesystem::create_directories(stores());
}

// Of any ten windows in a row the little net answers five itself; the big net knows all.
void FleetFiles::WriteData() const {
  std::vector<float> windows;
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < kWindows; ++i) {
    const bool sure = i % 10 < 5;
    const int label = sure ? (i % 2 == 0 ? 0 : 2) : i % 4;
    const Tensor window = TinySample(label, sure).window;
    std::vector<float> values(window.data.size() / sizeof(float));
    std::memcpy(values.data(), window.data.data(), window.data.size());
    windows.insert(windows.end(), values.begin(), values.end());
    labels.push_back(static_cast<std::uint8_t>(label));
  }
  EXPECT_TRUE(WriteNpy(folder_.path() / "X.npy", ElementType::kFloat32, {kWindows, 4},
                       std::as_bytes(std::span(windows)))
                  .ok());
  EXPECT_TRUE(WriteNpy(folder_.path() / "y.npy", ElementType::kUint8, {kWindows},
                       std::as_bytes(std::span(labels)))
                  .ok());
}

// The windows of WriteData as lines, one window every so many milliseconds; in place of those that
// it had no time for while it was stopped come none. A process whose number nobody can read half.
void FleetFiles::WriteProgram() const {
  folder_.Write("sensor.py", R"(import os, sys, time
file, interval_ms, i = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with open(file + '.new', 'w') as out:
    out.write(str(os.getpid()))
os.rename(file + '.new', file)
while True:
    sure = i % 10 < 5
    label = (0 if i % 2 == 0 else 2) if sure else i % 4
    for place in range(4):
        print((1 if sure else 0.1) if place == label else 0)
    sys.stdout.flush()
    time.sleep(interval_ms / 1000)
    i += 1
)");
}

// The tiny task's with another big net.
std::filesystem::path FleetFiles::WriteModels(const std::string& folder,
                                              const std::string& big) const {
  const std::filesystem::path models = folder_.path() / folder;
  std::filesystem::create_directories(models);
  std::filesystem::copy(TestDataFolder() / "tiny", models / "tiny",
                        std::filesystem::copy_options::recursive);
  const std::filesystem::path file = models / "tiny" / "big.onnx";
  const std::string digest = Sha256OfFile(file).value();
  folder_.Write(folder + "/tiny/big.onnx", big);
  std::string task = Content(models / "tiny" / "task.yaml");
  const std::size_t at = task.find(digest);
  EXPECT_NE(at, std::string::npos);
  task.replace(at, digest.size(), Sha256OfFile(file).value());
  folder_.Write(folder + "/tiny/task.yaml", task);
  return models;
}

std::string FleetFiles::Yaml(const FleetOptions& options, std::uint16_t port,
                             const std::filesystem::path& models) const {
  std::string yaml = fmt::format(
      "version: 1\nfleet: chaos\nmodels: {}\n"
      "broker: {{port: {}, reconnect_delay_min_ms: {}, reconnect_delay_max_ms: {}}}\nworkers:\n",
      models.string(), port, kReconnectMin.count(), kReconnectMax.count());
  for (int i = 1; i <= kWorkers; ++i) yaml += WorkerYaml(i, options.heavy_net);
  yaml += "devices:\n";
  for (const DeviceGroup& group : options.groups) {
    for (int i = 1; i <= group.count; ++i) yaml += DeviceYaml(options, group, i);
  }
  return yaml;
}

std::string FleetFiles::SourceYaml(const DeviceGroup& group, int number) const {
  if (!group.programs) {
    return fmt::format(
        "{{type: replay, windows: X.npy, labels: y.npy, start: {}, readings: {}, "
        "interval_ms: {}, when_full: drop_newest}}",
        number, group.readings, group.interval_ms);
  }
  return fmt::format(
      "{{type: exec, readings: {}, restart_delay_ms: 10, "
      "command: [/usr/bin/python3, {}, {}, \"{}\", \"{}\"]}}",
      group.readings, (folder() / "sensor.py").string(),
      sensor_process(DeviceId(group, number)).string(), group.interval_ms, number);
}

std::string FleetFiles::DeviceYaml(const FleetOptions& options, const DeviceGroup& group,
                                   int number) const {
  const std::string id = DeviceId(group, number);
  const std::string store =
      fmt::format("{{folder: {}, max_bytes: 33554432, max_age_s: 3600, resend_per_s: 1000}}",
                  (stores() / id).string());
  return fmt::format(
      "  - id: {}\n    task: tiny\n    deadline_ms: {}\n    status_interval_ms: 1000\n"
      "    drain_timeout_ms: 60000\n"
      "    escalation: {{deadline_margin_ms: {}, max_attempts: 8}}\n"
      "    store: {}\n    answer_mode: {}\n"
      "    source: {}\n",
      id, options.deadline_ms, options.deadline_margin_ms, store,
      options.refine ? "refine" : "wait", SourceYaml(group, number));
}

}  // namespace biglittle::chaos
