#include "cli/demo/demo_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "cli/tuning/dataset.h"

namespace biglittle {
namespace {

// A fleet's readings a second when no interval is asked for: enough to be busy, little enough for
// two cores to run every agent and the worker.
constexpr std::uint64_t kReadingsPerSecond = 200;
constexpr std::uint64_t kShuffleSeed = 1;
constexpr std::string_view kSimulatedTask = "vibration";

// A JSON string is a YAML string too, whatever it contains.
std::string Quoted(const std::string& text) { return nlohmann::json(text).dump(); }

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

// The lines of the broker after its port.
std::string BrokerLines(const DemoOptions& options) {
  std::string lines;
  if (options.secure) {
    lines += fmt::format("  tls: {{credentials: \"{}/{{role}}/{{id}}\"}}\n", kDemoCredentials);
  }
  if (options.chaos) lines += "  reconnect_delay_min_ms: 20\n  reconnect_delay_max_ms: 200\n";
  return lines;
}

// The lines of a device's source after `type`.
std::string SourceLines(const Dataset* dataset, std::uint64_t index, std::uint64_t devices) {
  if (dataset == nullptr) return fmt::format("      type: vibration\n      seed: {}\n", index + 1);
  return fmt::format(
      "      type: replay\n      windows: {}\n      labels: {}\n"
      "      start: {}\n      stride: {}\n      shuffle_seed: {}\n",
      Quoted(dataset->windows.string()), Quoted(dataset->labels.string()), index, devices,
      kShuffleSeed);
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

  const std::uint64_t interval = options.interval_ms.value_or(
      std::max<std::uint64_t>(1, options.devices * 1000 / kReadingsPerSecond));
  std::string yaml = fmt::format(
      "version: 1\nfleet: demo\nmodels: {}\nbroker:\n  host: 127.0.0.1\n  port: {}\n"
      "{}workers:\n  - id: worker-1\n    tasks: [{}]\n",
      Quoted(models.string()), broker_port, BrokerLines(options), options.task);
  if (options.chaos) yaml += fmt::format("  - id: worker-2\n    tasks: [{}]\n", options.task);
  yaml += "devices:\n";
  for (std::uint64_t index = 0; index < options.devices; ++index) {
    const std::uint64_t share =
        options.readings / options.devices + (index < options.readings % options.devices ? 1 : 0);
    yaml += fmt::format(
        "  - id: device-{}\n    task: {}\n    deadline_ms: {}\n{}    source:\n{}"
        "      readings: {}\n      interval_ms: {}\n",
        index + 1, options.task, options.deadline_ms,
        options.chaos ? "    store: {folder: stores, resend_per_s: 1000}\n" : "",
        SourceLines(dataset ? &*dataset : nullptr, index, options.devices), share, interval);
  }
  return yaml;
}

}  // namespace biglittle
