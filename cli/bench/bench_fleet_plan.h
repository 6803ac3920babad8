// The fleet files of `biglittle bench fleet`, and the windows that its devices replay.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

#include "cli/bench/bench_fleet_options.h"
#include "core/task/task.h"

namespace biglittle {

inline constexpr char kBenchWorker[] = "worker";
// What the ids of most fleets begin with.
inline constexpr char kBenchDevices[] = "many";
// The dashboard whose credentials the bench has, where there are some.
inline constexpr char kBenchObserver[] = "bench";

// What a fleet does otherwise than the task and the defaults say.
struct BenchVariant {
  std::string described;  // for people
  std::string policy;     // empty: the task's own
  // The first device escalates all, and reads so fast that it takes about this share of the fleet's
  // readings; the others escalate nothing. In place of `policy`. One, so that requests do not come
  // in the bursts in which devices that began together read.
  std::optional<double> asked;
  std::optional<std::uint64_t> max_readings;  // in a request
  bool gathered = false;                      // fewer devices share the readings
  bool tls = false;
};

// Where readings come from.
struct BenchWindows {
  std::string described;          // for people: "seeded windows", ...
  std::filesystem::path windows;  // empty: the simulated sensor
  std::uint64_t count = 0;        // of the file
};

// Some of the recorded windows that `options` name; without --data, seeded windows around the
// task's normalisation, or the simulator of task vibration. Files are written into `folder`.
// NotFound or InvalidArgument: the data cannot be used.
absl::StatusOr<BenchWindows> PrepareWindows(const BenchFleetOptions& options, const Task& task,
                                            const std::filesystem::path& folder);

// Devices of one fleet file.
struct BenchFleet {
  std::string prefix;  // their ids are PREFIX-1, PREFIX-2, ...
  std::uint64_t devices = 1;
  Milliseconds interval{1000};
  // Of the one device, which then also ends without waiting for what it has not sent.
  std::optional<std::uint16_t> health_port;
};

// The fleet's YAML: devices that go on until they are stopped, and one worker.
std::string MakeBenchFleet(const BenchFleet& fleet, const std::string& task,
                           const BenchWindows& windows, const std::filesystem::path& models,
                           std::uint16_t broker_port, const BenchVariant& variant = {});

}  // namespace biglittle
