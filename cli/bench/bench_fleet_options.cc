#include "cli/bench/bench_fleet_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace biglittle {
namespace {

constexpr std::uint64_t kLeastDevices = 2;
constexpr double kLeastRate = 0.01;
constexpr double kMostRate = 1000.0;
constexpr double kMostSeconds = 600.0;
constexpr double kMostPerSecond = 100'000.0;
constexpr std::uint64_t kMostProcesses = 64;
// Paho serves all connections of a process with one lock and asks each of them at every turn; a
// process costs what some hundred devices do.
constexpr std::uint64_t kDevicesAProcess = 125;

}  // namespace

absl::Status CheckOptions(const BenchFleetOptions& options) {
  if (options.devices < kLeastDevices || options.devices > kMaxBenchDevices) {
    return absl::InvalidArgumentError(fmt::format(
        "--devices must be {} to {}, not {}", kLeastDevices, kMaxBenchDevices, options.devices));
  }
  // Written so that NaN is refused too.
  if (!(options.rate >= kLeastRate && options.rate <= kMostRate)) {
    return absl::InvalidArgumentError(
        fmt::format("--rate must be {} to {} readings a second of a device, not {}", kLeastRate,
                    kMostRate, options.rate));
  }
  if (static_cast<double>(options.devices) * options.rate > kMostPerSecond) {
    return absl::InvalidArgumentError(
        fmt::format("--devices times --rate is {} readings a second; {} is the most",
                    static_cast<double>(options.devices) * options.rate, kMostPerSecond));
  }
  if (!(options.seconds > 0.0 && options.seconds <= kMostSeconds)) {
    return absl::InvalidArgumentError(fmt::format(
        "--seconds must be more than 0, at most {}, not {}", kMostSeconds, options.seconds));
  }
  if (options.processes > kMostProcesses) {
    return absl::InvalidArgumentError(
        fmt::format("--processes must be at most {}, not {}", kMostProcesses, options.processes));
  }
  return absl::OkStatus();
}

std::size_t ProcessesFor(const BenchFleetOptions& options, std::uint64_t devices) {
  const auto processes = [&](std::uint64_t of) {
    return options.processes != 0 ? options.processes
                                  : (of + kDevicesAProcess - 1) / kDevicesAProcess;
  };
  return static_cast<std::size_t>(std::min(devices, processes(options.devices)));
}

Milliseconds IntervalFor(std::uint64_t devices, double per_s) {
  const double ms = 1000.0 * static_cast<double>(devices) / per_s;
  return Milliseconds(std::max<Milliseconds::rep>(1, std::llround(ms)));
}

}  // namespace biglittle
