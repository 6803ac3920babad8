#include "cli/bench/source_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/bench/cpu_time.h"
#include "cli/lab/result_tally.h"
#include "cli/lab/scratch_folder.h"
#include "cli/text_file.h"
#include "core/clock.h"
#include "core/fleet/fleet_config.h"
#include "core/fleet/fleet_file.h"
#include "core/random.h"
#include "device_agent/device_readings.h"
#include "device_agent/little/local_classifier.h"
#include "device_agent/session_news.h"
#include "device_agent/sources/arrays/npy_file.h"
#include "device_agent/sources/source_registry.h"

namespace biglittle {
namespace {

constexpr int kWindows = 500;       // of a turn
constexpr std::size_t kOther = 64;  // of these, that differ
constexpr std::uint64_t kSeed = 3;
constexpr std::chrono::seconds kPatience{20};
constexpr Milliseconds kRoomPoll{2};  // as a stream's

enum class Way : std::size_t { kReplay, kLive, kRaw, kCsv };
constexpr std::array<const char*, 4> kDevices{"replay", "live", "raw", "csv"};

// The same windows as the task has them and as a sensor would give them, frame by frame.
struct Recording {
  std::vector<float> windows;  // [kOther, channels, samples]
  std::string raw;             // of kWindows
  std::string csv;
};

Recording Record(std::size_t channels, std::size_t samples) {
  Random random(kSeed);
  Recording made;
  made.windows.resize(kOther * channels * samples);
  for (float& value : made.windows) value = static_cast<float>(random.Uniform(-1.0, 1.0));
  for (std::size_t window = 0; window < kWindows; ++window) {
    const float* values = made.windows.data() + window % kOther * channels * samples;
    for (std::size_t i = 0; i < samples; ++i) {
      for (std::size_t channel = 0; channel < channels; ++channel) {
        const float value = values[channel * samples + i];
        made.raw.append(reinterpret_cast<const char*>(&value), sizeof value);
        fmt::format_to(std::back_inserter(made.csv), "{}{}", channel > 0 ? "," : "", value);
      }
      made.csv += '\n';
    }
  }
  return made;
}

std::string Columns(std::size_t channels) {
  std::string columns;
  for (std::size_t i = 0; i < channels; ++i) columns += fmt::format("{}c{}", i > 0 ? ", " : "", i);
  return columns;
}

std::string Yaml(const std::filesystem::path& models, const Task& task, std::size_t channels) {
  return fmt::format(
      "version: 1\nfleet: bench\nmodels: {}\nworkers: []\ndevice_defaults: {{task: {}}}\ndevices:\n"
      "  - {{id: replay, source: {{type: replay, windows: X.npy, interval_ms: 0, readings: {}}}}}\n"
      "  - {{id: live, source: {{type: file, path: raw}}}}\n"
      "  - {{id: raw, source: {{type: file, path: raw, format: {{type: raw, dtype: float32, "
      "channels: {}}}}}}}\n"
      "  - {{id: csv, source: {{type: file, path: csv, format: {{type: csv, columns: [{}]}}}}}}\n",
      std::filesystem::absolute(models).string(), task.name, kWindows, channels, Columns(channels));
}

// The windows of the recording, from memory, while there is room for them.
class MemorySource final : public LiveSource {
 public:
  MemorySource(const Task& task, std::span<const float> windows) : task_(task), windows_(windows) {}
  ~MemorySource() override { Stop(); }

  absl::Status Start(SampleInbox& inbox) override {
    stopping_ = false;
    thread_ = std::thread([this, &inbox] { Run(inbox); });
    return absl::OkStatus();
  }
  void Stop() override {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  bool waits() const override { return true; }

 private:
  void Run(SampleInbox& inbox) {
    const std::size_t values = windows_.size() / kOther;
    for (std::size_t i = 0; i < kWindows; ++i) {
      while (inbox.full() && !stopping_) std::this_thread::sleep_for(kRoomPoll);
      if (stopping_) return;
      const auto window = std::as_bytes(windows_.subspan(i % kOther * values, values));
      Sample sample{{task_.input_dtype, task_.input_shape, {}}, std::nullopt};
      sample.window.data.assign(window.begin(), window.end());
      inbox.Put(std::move(sample), Clock::Real().Now());
    }
    inbox.End();
  }

  const Task& task_;
  const std::span<const float> windows_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

// What a device does between two windows, and does not count here.
class Net {
 public:
  Net(const Task& task, LocalClassifier classifier)
      : task_(task), classifier_(std::move(classifier)) {}

  void Take(const Tensor& window) {
    const double before = CpuMicroseconds(CLOCK_THREAD_CPUTIME_ID);
    classifier_.Classify(task_, window);
    spent_us_ += CpuMicroseconds(CLOCK_THREAD_CPUTIME_ID) - before;
  }
  double spent_us() const { return spent_us_; }

 private:
  const Task& task_;
  LocalClassifier classifier_;
  double spent_us_ = 0.0;
};

class SourceBench {
 public:
  SourceBench(const Task& task, FleetConfig fleet, std::vector<float> windows, Net net)
      : task_(task), fleet_(std::move(fleet)), windows_(std::move(windows)), net_(std::move(net)) {}

  // CPU time of a window, in us.
  absl::StatusOr<double> Turn(Way way, const StopSignal& stop) {
    SessionNews news;
    auto made = MakeIntake(way);
    if (!made.ok()) return made.status();
    Intake& intake = **made;
    const double net_before = net_.spent_us();
    const double before = CpuMicroseconds(CLOCK_PROCESS_CPUTIME_ID);
    intake.Start(0, Clock::Real().Now(), [&news] { news.Wake(); });
    const absl::StatusOr<int> windows = TakeAll(intake, news, stop);
    intake.Stop(Clock::Real().Now() + kPatience);
    if (!windows.ok()) return windows.status();
    if (!intake.status().ok()) return intake.status();
    if (*windows != kWindows) {
      return absl::InternalError(fmt::format("{} of {} windows came", *windows, kWindows));
    }
    const double all = CpuMicroseconds(CLOCK_PROCESS_CPUTIME_ID) - before;
    return (all - (net_.spent_us() - net_before)) / kWindows;
  }

 private:
  absl::StatusOr<std::unique_ptr<Intake>> MakeIntake(Way way) {
    const DeviceConfig& device = *fleet_.FindDevice(kDevices[static_cast<std::size_t>(way)]);
    SourceShares shares;
    absl::StatusOr<DeviceSource> source =
        way == Way::kLive ? DeviceSource(std::make_unique<MemorySource>(task_, windows_))
                          : MakeSource(device.source, task_, shares);
    if (!source.ok()) return source.status();
    auto readings = MakeReadings(*std::move(source), device, task_);
    if (!readings.ok()) return readings.status();
    return std::move(readings->intake);
  }

  // As AgentLoop takes them.
  absl::StatusOr<int> TakeAll(Intake& intake, SessionNews& news, const StopSignal& stop) {
    const SteadyTime deadline = Clock::Real().Now() + kPatience;
    int windows = 0;
    for (;;) {
      const SteadyTime now = Clock::Real().Now();
      if (stop.requested()) return absl::CancelledError("interrupted");
      if (now > deadline)
        return absl::InternalError("the windows did not come: " + intake.Trouble());
      const Arrivals arrivals = intake.Take(now, {});
      if (arrivals.sample) {
        ++windows;
        net_.Take(arrivals.sample->sample.window);
      }
      if (intake.ended()) return windows;
      news.WaitUntil(std::min(deadline, intake.NextTake({})));
    }
  }

  const Task& task_;
  const FleetConfig fleet_;
  const std::vector<float> windows_;
  Net net_;
};

absl::StatusOr<FleetConfig> WriteFleet(const std::filesystem::path& models, const Task& task,
                                       const Recording& recording,
                                       const std::filesystem::path& folder) {
  const auto channels = static_cast<std::size_t>(task.input_shape[0]);
  absl::Status status = WriteNpy(folder / "X.npy", ElementType::kFloat32,
                                 {kOther, task.input_shape[0], task.input_shape[1]},
                                 std::as_bytes(std::span(recording.windows)));
  status.Update(WriteTextFile(folder / "raw", recording.raw));
  status.Update(WriteTextFile(folder / "csv", recording.csv));
  if (!status.ok()) return status;
  Parsed<FleetConfig> fleet =
      ParseFleet(Yaml(models, task, channels), folder / "fleet.yaml", &AllSources());
  if (!fleet.ok()) return absl::InternalError(ToString(fleet.problems));
  return *std::move(fleet.value);
}

}  // namespace

absl::StatusOr<SourceCost> MeasureSourceCost(const std::filesystem::path& models, const Task& task,
                                             std::chrono::duration<double> length,
                                             const StopSignal& stop) {
  if (task.input_dtype != DType::kFloat32 || task.input_shape.size() != 2) {
    return absl::InvalidArgumentError(
        fmt::format("the windows of {} are no [channels, samples] of float32", task.name));
  }
  auto scratch = ScratchFolder::Make("bench");
  if (!scratch.ok()) return scratch.status();
  Recording recording = Record(static_cast<std::size_t>(task.input_shape[0]),
                               static_cast<std::size_t>(task.input_shape[1]));
  auto fleet = WriteFleet(models, task, recording, scratch->path());
  if (!fleet.ok()) return fleet.status();
  auto classifier = LocalClassifier::Load(task, fleet->devices.front().escalation);
  if (!classifier.ok()) return classifier.status();
  SourceBench bench(task, *std::move(fleet), std::move(recording.windows),
                    Net(task, *std::move(classifier)));

  std::array<std::vector<double>, kDevices.size()> costs;
  std::array<std::vector<double>, kDevices.size()> more;
  const SteadyTime end =
      Clock::Real().Now() + std::chrono::duration_cast<SteadyTime::duration>(length);
  // The first turn warms up.
  for (int turn = 0; turn < 2 || Clock::Real().Now() < end; ++turn) {
    std::array<double, kDevices.size()> of_turn{};
    for (std::size_t way = 0; way < kDevices.size(); ++way) {
      const auto cost = bench.Turn(static_cast<Way>(way), stop);
      if (!cost.ok()) return cost.status();
      of_turn[way] = *cost;
    }
    if (turn == 0) continue;
    for (std::size_t way = 0; way < kDevices.size(); ++way) {
      costs[way].push_back(of_turn[way]);
      more[way].push_back(of_turn[way] - of_turn[0]);
    }
  }
  const int turns = static_cast<int>(costs[0].size());
  return SourceCost{.replay_us = MedianOf(costs[0]),
                    .live_us = MedianOf(costs[1]),
                    .live_more_us = MedianOf(more[1]),
                    .raw_us = MedianOf(costs[2]),
                    .raw_more_us = MedianOf(more[2]),
                    .csv_us = MedianOf(costs[3]),
                    .csv_more_us = MedianOf(more[3]),
                    .turns = turns,
                    .windows = kWindows};
}

}  // namespace biglittle
