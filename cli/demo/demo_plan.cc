#include "cli/demo/demo_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

#include "cli/demo/machine_recording.h"
#include "cli/lab/local_fleet.h"
#include "cli/tuning/dataset.h"
#include "cli/yaml_text.h"
#include "core/yaml/map_reader.h"

namespace biglittle {
namespace {

using Json = nlohmann::ordered_json;

// A fleet's readings a second when no interval is asked for: enough to be busy, little enough for
// two cores to run every agent and the worker.
constexpr std::uint64_t kReadingsPerSecond = 200;
constexpr std::uint64_t kShuffleSeed = 1;
// Of the dashboard's devices: as fast as somebody can look.
constexpr std::uint64_t kDashboardIntervalMs = 200;
constexpr std::string_view kSimulatedTask = "vibration";

absl::Status CheckNumbers(const DemoOptions& options) {
  if (options.devices < 1 || options.devices > kMaxDemoDevices) {
    return absl::InvalidArgumentError(
        fmt::format("--devices must be 1 to {}, not {}", kMaxDemoDevices, options.devices));
  }
  if (options.readings < options.devices || options.readings > kMaxDemoReadings) {
    return absl::InvalidArgumentError(
        fmt::format("--readings must be {} (one a device) to {}, not {}", options.devices,
                    kMaxDemoReadings, options.readings));
  }
  return absl::OkStatus();
}

Json Broker(const DemoOptions& options, std::uint16_t port) {
  Json broker = {{"host", "127.0.0.1"}, {"port", port}};
  if (options.secure) broker["tls"] = {{"credentials", kLabCredentialsTemplate}};
  if (options.chaos) {
    broker["reconnect_delay_min_ms"] = 20;
    broker["reconnect_delay_max_ms"] = 200;
  }
  return broker;
}

Json Workers(const DemoOptions& options) {
  Json workers = Json::array({{{"id", "worker-1"}, {"tasks", {options.task}}}});
  if (options.chaos || options.dashboard) {
    workers.push_back({{"id", "worker-2"}, {"tasks", {options.task}}});
  }
  return workers;
}

// Of the machines that somebody looks at, as they may be called.
std::string DeviceId(const DemoOptions& options, std::uint64_t index) {
  constexpr std::array<std::string_view, 4> kMachines{"pump", "fan", "press", "mixer"};
  if (!options.dashboard) return fmt::format("device-{}", index + 1);
  return fmt::format("{}-{}", kMachines[index % kMachines.size()], index / kMachines.size() + 1);
}

Json RecordingSource(const std::filesystem::path& recordings, std::uint64_t index) {
  const auto file = [&](const char* what) {
    return (recordings / fmt::format("{}-{}.npy", what, index % kMachineRecordings)).string();
  };
  return {{"type", "replay"}, {"windows", file("X")}, {"labels", file("y")}};
}

// Of device `index`, but for how many readings it takes and how fast.
Json Source(const DemoOptions& options, const Dataset* dataset, std::uint64_t index) {
  const std::uint64_t devices = options.devices;
  if (dataset == nullptr && !options.recordings.empty()) {
    return RecordingSource(options.recordings, index);
  }
  if (dataset == nullptr) return {{"type", "vibration"}, {"seed", index + 1}};
  return {{"type", "replay"},
          {"windows", dataset->windows.string()},
          {"labels", dataset->labels.string()},
          {"start", index},
          {"stride", devices},
          {"shuffle_seed", kShuffleSeed}};
}

std::uint64_t ReadingsOf(const DemoOptions& options, std::uint64_t index) {
  if (options.dashboard) return static_cast<std::uint64_t>(kMaxExactWhole);
  return options.readings / options.devices + (index < options.readings % options.devices ? 1 : 0);
}

std::uint64_t IntervalOf(const DemoOptions& options) {
  const std::uint64_t shared =
      std::max<std::uint64_t>(1, options.devices * 1000 / kReadingsPerSecond);
  return options.dashboard ? std::max(kDashboardIntervalMs, shared) : shared;
}

Json Device(const DemoOptions& options, const Dataset* dataset, std::uint64_t index) {
  Json device = {{"id", DeviceId(options, index)},
                 {"task", options.task},
                 {"deadline_ms", options.deadline_ms}};
  if (options.chaos) device["store"] = {{"folder", "stores"}, {"resend_per_s", 1000}};
  if (options.dashboard) {
    device["state"] = {{"smoothing", {{"kind", "majority"}, {"readings", 9}}},
                       {"settle", {{"readings", 5}}},
                       {"interval_s", 30}};
  }
  device["source"] = Source(options, dataset, index);
  device["source"]["readings"] = ReadingsOf(options, index);
  device["source"]["interval_ms"] = options.interval_ms.value_or(IntervalOf(options));
  return device;
}

}  // namespace

absl::StatusOr<std::string> MakeDemoFleet(const DemoOptions& options,
                                          const std::filesystem::path& models,
                                          std::uint16_t broker_port) {
  if (absl::Status status = CheckNumbers(options); !status.ok()) return status;
  std::optional<Dataset> dataset;
  if (!options.data.empty()) {
    absl::StatusOr<Dataset> found =
        FindDataset(options.task, std::filesystem::absolute(options.data));
    if (!found.ok()) return found.status();
    dataset = *std::move(found);
  } else if (options.task != kSimulatedTask) {
    return absl::InvalidArgumentError(
        fmt::format("task {} replays recorded data: name its folder by --data DIR", options.task));
  }

  Json devices = Json::array();
  for (std::uint64_t index = 0; index < options.devices; ++index) {
    devices.push_back(Device(options, dataset ? &*dataset : nullptr, index));
  }
  return ToYaml({{"version", 1},
                 {"fleet", "demo"},
                 {"models", models.string()},
                 {"broker", Broker(options, broker_port)},
                 {"workers", Workers(options)},
                 {"devices", devices}});
}

}  // namespace biglittle
