// A fleet as its YAML file describes it (config/*.yaml, every key explained in
// docs/configuration.md and config/fleet.schema.json). Read once at start into this validated,
// constant form.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/diagnostics.h"
#include "core/signature.h"

namespace biglittle {

// How the program and the broker prove to each other who they are.
struct TlsConfig {
  // Folder with ca.pem, client.crt and client.key; `{role}` and `{id}` in it stand for the
  // program's own. Absent: the environment names it (wire/tls/credentials.h).
  std::optional<std::filesystem::path> credentials;
  // A broker whose certificate its authority has revoked is refused.
  bool check_revocation = true;

  bool operator==(const TlsConfig&) const = default;
};

struct BrokerConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;                  // with `tls` 8883 where the file names none
  std::chrono::seconds keep_alive{20};        // 1 s to 1 h
  std::chrono::seconds session_expiry{60};    // 0 s to 7 days
  Milliseconds connect_timeout{5000};         // 100 ms to 60 s
  Milliseconds reconnect_delay_min{100};      // 10 ms to 60 s; doubles with each failure
  Milliseconds reconnect_delay_max{5000};     // at least reconnect_delay_min, at most 10 min
  std::size_t max_payload_bytes = 1U << 20U;  // 1 KiB to 64 MiB; both directions
  std::size_t max_backlog_messages = 10000;   // 1 to 1,000,000; waiting to be published
  std::size_t max_in_flight_messages = 256;   // 1 to 65,535; published, not yet acknowledged
  std::optional<TlsConfig> tls;               // absent: in the clear
  std::optional<std::string> username;        // absent: none
  // Holds the password of `username`. Absent: the environment has it (kPasswordVariable).
  std::optional<std::filesystem::path> password_file;

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

// What happens when readings wait for the little net and there is no room for one more. Either way
// the reading that goes has its final result, a fallback with reason overrun.
enum class WhenFull : std::uint8_t { kDropOldest, kDropNewest };

struct SourceConfig {
  std::variant<ReplaySource, VibrationSource> kind;
  // How many readings, then the device stops. Absent: a simulation goes on until it is stopped, a
  // replay goes through its file once.
  std::optional<std::uint64_t> readings;
  // Time between two readings, 0 to 1 h. 0: as fast as the device classifies, waiting while as many
  // escalations are pending as allowed.
  Milliseconds interval{100};
  std::size_t queue_capacity = 64;  // 1 to 65,536 readings that wait for the little net
  WhenFull when_full = WhenFull::kDropOldest;

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

// What is done to escalated readings on their way to the worker, where it saves a tenth of their
// bytes.
enum class Compression : std::uint8_t { kNone, kZstd };

// What a device may send: a token bucket for messages and one for bytes, both of requests.
struct EscalationBudget {
  std::optional<float> messages_per_s;  // above 0, up to 1,000,000; absent: as many as there are
  std::optional<float> bytes_per_s;     // above 0, up to 1e9; of payloads; absent: no bound
  Milliseconds burst{1000};             // 1 ms to 1 h; how long unused budget is kept
  // How long a reading may wait for budget; of those that wait the least sure goes first.
  Milliseconds window{20};  // 0 ms to 10 min

  bool operator==(const EscalationBudget&) const = default;
};

// How readings that are escalated together share requests.
struct EscalationPacking {
  std::size_t max_readings = 32;  // 1 to 256 in one request; 1: each has its own
  // How long a reading may wait for others while requests are under way, at most a sixteenth of the
  // time that it has; while none is, it goes at once. 0 to 1000 ms.
  Milliseconds linger{1};

  bool operator==(const EscalationPacking&) const = default;
};

struct EscalationConfig {
  EscalationPolicyKind policy = EscalationPolicyKind::kTuned;
  // Overrides the thresholds of task.yaml, for every class that the little net knows; in [0, 1].
  std::optional<float> threshold;
  UnlikeAction unlike = UnlikeAction::kEscalate;
  std::size_t max_pending = 256;  // 1 to 100,000 escalations under way at once
  // The fallback is decided this long before the deadline, so that the answer is out in time.
  Milliseconds deadline_margin{5};  // 0 ms up to the deadline, exclusive

  // An escalation is sent only if this share of the recent ones had their answer within the time
  // that it has left; in (0, 1].
  float round_trip_quantile = 0.5F;
  // Once escalations are held back, the round trip must be shorter than the time left by this share
  // of itself before they are sent again; 0 to 10.
  float round_trip_hysteresis = 0.2F;
  Milliseconds round_trip_memory{3000};  // 100 ms to 1 h; what is older is forgotten
  Milliseconds probe_interval{250};      // 10 ms to 1 h; while held back, one is sent this often

  // An unanswered request is sent again after a time that follows the round trip, within these
  // bounds; each further time after twice as long.
  Milliseconds retry_min{20};    // 1 ms to 10 min
  Milliseconds retry_max{2000};  // at least retry_min, at most 10 min
  std::size_t max_attempts = 4;  // 1 to 100, the first included

  EscalationPacking packing;
  EscalationBudget budget;
  Compression compression = Compression::kNone;

  bool operator==(const EscalationConfig&) const = default;
};

// kWait: one final result. kRefine: for an escalated reading the little net's answer at once, as
// provisional, then the final one.
enum class AnswerMode : std::uint8_t { kWait, kRefine };

// Where results wait on disk until the broker has taken them. The device's file is
// <folder>/<device id>.sqlite.
struct StoreConfig {
  std::filesystem::path folder;
  std::uint64_t max_bytes = 64U << 20U;   // 64 KiB to 1 TiB; of results
  std::chrono::seconds max_age{604'800};  // 1 s to 10 years
  std::size_t resend_per_s = 200;         // 1 to 1,000,000 results
  // What was delivered this long before the broker's last sign of life is kept, to be sent again if
  // the connection is lost: a broker that dies takes with it what it had acknowledged and not
  // passed on.
  Milliseconds keep{500};  // 0 ms to 10 min

  bool operator==(const StoreConfig&) const = default;
};

// How results leave the device: each in a message of its own, or up to `max_batch` in one.
struct ResultsConfig {
  std::size_t max_batch = 1;  // 1 to 256
  // How long a result may wait for companions, never beyond its deadline; 1 ms to 10 s. Nothing
  // waits where max_batch is 1.
  Milliseconds linger{20};

  bool operator==(const ResultsConfig&) const = default;
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
  // The deadline of readings that the little net takes for this class; same bounds, by label.
  std::map<std::string, Milliseconds> class_deadlines;
  AnswerMode answer_mode = AnswerMode::kWait;
  SourceConfig source;
  EscalationConfig escalation;
  ResultsConfig results;
  std::optional<StoreConfig> store;    // absent: what waits for the broker ends with the process
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
  std::size_t compute_threads = 1;    // 1 to 64; each computes batches with nets of its own
  // A reading that is asked for again within this time gets the remembered reply. 0: off; at most
  // 10 min.
  Milliseconds deduplication_window{30'000};
  std::size_t deduplication_entries = 8192;  // 1 to 1,000,000 replies remembered at most
  // Of one device, in the long run and at once, where a request counts as many as it has readings;
  // beyond it: rejected, overloaded. 0: no limit; at most 1,000,000.
  std::size_t device_requests_per_s = 1000;
  Milliseconds reload_interval{2000};      // 0 (never) to 1 h; between two looks for new models
  Milliseconds inference_timeout{10'000};  // 100 ms to 10 min; a batch that takes longer hangs
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
  // Where there is one, devices and workers take signed tasks only (LoadSignedTask).
  std::optional<PublicKey> models_public_key;
  // Where they remember the releases that they took (ReleaseMemory). Absent: a device in the folder
  // of its store, a worker, and a device without a store, while it runs.
  std::optional<std::filesystem::path> models_releases;
  BrokerConfig broker;
  std::vector<DeviceConfig> devices;  // templates are unfolded; ids are unique
  std::vector<WorkerConfig> workers;  // likewise

  // nullptr if there is none of that id.
  const DeviceConfig* FindDevice(const std::string& id) const;
  const WorkerConfig* FindWorker(const std::string& id) const;

  bool operator==(const FleetConfig&) const = default;
};

// Whether the file of models_public_key is read. Whoever loads no task need not have it: it is
// provisioning that makes it, and a dashboard has none.
enum class ModelsKey : std::uint8_t { kRead, kNotNeeded };

// Reads and validates a fleet file. Relative paths in it are relative to the file. Reports every
// problem: unknown keys, wrong types, values out of range, ids or tasks that do not exist, files
// that are missing.
Parsed<FleetConfig> LoadFleet(const std::filesystem::path& path,
                              ModelsKey models_key = ModelsKey::kRead);

// The same for a text in memory; `file` names it in problems and is what relative paths go by.
Parsed<FleetConfig> ParseFleet(std::string_view text, const std::filesystem::path& file,
                               ModelsKey models_key = ModelsKey::kRead);

}  // namespace biglittle
