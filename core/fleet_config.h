// A fleet as its YAML file describes it (config/*.yaml, every key explained in
// docs/configuration.md and config/fleet.schema.json). Read once at start into this validated,
// constant form.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/diagnostics.h"

namespace biglittle {

struct BrokerConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  std::chrono::seconds keep_alive{20};        // 1 s to 1 h
  std::chrono::seconds session_expiry{60};    // 0 s to 7 days
  Milliseconds connect_timeout{5000};         // 100 ms to 60 s
  Milliseconds reconnect_delay_min{100};      // 10 ms to 60 s; doubles with each failure
  Milliseconds reconnect_delay_max{5000};     // at least reconnect_delay_min, at most 10 min
  std::size_t max_payload_bytes = 1U << 20U;  // 1 KiB to 64 MiB; both directions
  std::size_t max_backlog_messages = 10000;   // 1 to 1,000,000; waiting to be published
  std::size_t max_in_flight_messages = 256;   // 1 to 65,535; published, not yet acknowledged

  bool operator==(const BrokerConfig&) const = default;
};

// Windows from a file, in the file's order or shuffled; starts again at the end if more readings
// are asked for than the file has.
struct ReplaySource {
  std::filesystem::path windows;                // .npy, .npy.gz, IDX or gzip-compressed IDX
  std::optional<std::filesystem::path> labels;  // same kinds; one integer a window
  std::uint64_t start = 0;                      // position of the first window
  std::uint64_t stride = 1;                     // >= 1; take every stride-th
  std::optional<std::uint64_t> shuffle_seed;    // permute the windows first, the same way each time

  bool operator==(const ReplaySource&) const = default;
};

// The simulated accelerometer on a rotating machine.
struct VibrationSource {
  std::uint64_t seed = 1;

  bool operator==(const VibrationSource&) const = default;
};

struct SourceConfig {
  std::variant<ReplaySource, VibrationSource> kind;
  // How many readings, then the device stops. Absent: a simulation goes on until it is stopped, a
  // replay goes through its file once.
  std::optional<std::uint64_t> readings;
  // Time between two readings, 0 to 1 h. 0: as fast as the device classifies, waiting while as many
  // escalations are pending as allowed.
  Milliseconds interval{100};

  bool operator==(const SourceConfig&) const = default;
};

// kTuned: the score and thresholds of task.yaml. A score by name: that one, which needs a threshold
// where it is not the tuned one.
enum class EscalationPolicyKind : std::uint8_t {
  kTuned,
  kConfidence,
  kMargin,
  kEntropy,
  kLogistic,
  kLittleOnly,
  kBigOnly
};

// What happens with a reading that is unlike the training data (of more energy than task.yaml
// allows). Escalated or flagged, its result says so.
enum class UnlikeAction : std::uint8_t { kEscalate, kFlag, kIgnore };

struct EscalationConfig {
  EscalationPolicyKind policy = EscalationPolicyKind::kTuned;
  // Overrides the thresholds of task.yaml, for every class that the little net knows; in [0, 1].
  std::optional<float> threshold;
  UnlikeAction unlike = UnlikeAction::kEscalate;
  std::size_t max_pending = 256;  // 1 to 100,000 escalations under way at once
  // The fallback is decided this long before the deadline, so that the answer is out in time.
  Milliseconds deadline_margin{5};  // 0 ms up to the deadline, exclusive

  bool operator==(const EscalationConfig&) const = default;
};

// Where a program answers /live, /ready and /metrics. Whoever reaches it may read all of that, so
// it listens to its own machine only, unless told otherwise.
struct HealthConfig {
  std::string host = "127.0.0.1";  // a name or an address of this machine
  std::uint16_t port = 9464;       // TCP

  bool operator==(const HealthConfig&) const = default;
};

struct DeviceConfig {
  std::string id;
  std::string task;
  Milliseconds deadline{500};  // 1 ms to 1 h, from capture to final outcome
  SourceConfig source;
  EscalationConfig escalation;
  Milliseconds status_interval{5000};  // 100 ms to 1 h
  Milliseconds drain_timeout{5000};    // 0 to 5 min; how long a stop may wait for the broker
  std::optional<HealthConfig> health;  // absent: no health server

  bool operator==(const DeviceConfig&) const = default;
};

struct WorkerConfig {
  std::string id;
  std::vector<std::string> tasks;     // at least one
  std::size_t max_batch_size = 16;    // 1 to 1024
  Milliseconds max_queue_delay{2};    // 0 to 10 s; how long a request may wait for companions
  std::size_t queue_capacity = 1024;  // 1 to 1,000,000 readings; beyond it: rejected, overloaded
  Milliseconds status_interval{5000};
  Milliseconds drain_timeout{5000};
  std::optional<HealthConfig> health;  // absent: no health server

  bool operator==(const WorkerConfig&) const = default;
};

struct FleetConfig {
  std::string fleet;
  std::string topic_root = "biglittle/v1";
  std::string worker_group = "workers";
  std::filesystem::path models;  // folder with one folder a task
  BrokerConfig broker;
  std::vector<DeviceConfig> devices;  // templates are unfolded; ids are unique
  std::vector<WorkerConfig> workers;  // ids are unique

  // nullptr if there is none of that id.
  const DeviceConfig* FindDevice(const std::string& id) const;
  const WorkerConfig* FindWorker(const std::string& id) const;

  bool operator==(const FleetConfig&) const = default;
};

// Reads and validates a fleet file. Relative paths in it are relative to the file. Reports every
// problem: unknown keys, wrong types, values out of range, ids or tasks that do not exist, files
// that are missing.
Parsed<FleetConfig> LoadFleet(const std::filesystem::path& path);

// The same for a text in memory; `file` names it in problems and is what relative paths go by.
Parsed<FleetConfig> ParseFleet(std::string_view text, const std::filesystem::path& file);

}  // namespace biglittle
