// `escalation` of a device in a fleet file. What each may be: core/fleet/device_sections.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/clock.h"

namespace biglittle {

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
  std::optional<float> messages_per_s;  // absent: as many as there are
  std::optional<float> bytes_per_s;     // of payloads; absent: no bound
  Milliseconds burst{1000};             // how long unused budget is kept
  // How long a reading may wait for budget; of those that wait the least sure goes first.
  Milliseconds window{20};

  bool operator==(const EscalationBudget&) const = default;
};

// How readings that are escalated together share requests.
struct EscalationPacking {
  std::size_t max_readings = 32;  // in one request; 1: each has its own
  // How long a reading may wait for others while requests are under way, at most a sixteenth of the
  // time that it has; while none is, it goes at once.
  Milliseconds linger{1};

  bool operator==(const EscalationPacking&) const = default;
};

struct EscalationConfig {
  EscalationPolicyKind policy = EscalationPolicyKind::kTuned;
  // Overrides the thresholds of task.yaml, for every class that the little net knows.
  std::optional<float> threshold;
  UnlikeAction unlike = UnlikeAction::kEscalate;
  std::size_t max_pending = 256;  // escalations under way at once
  // The fallback is decided this long before the deadline, so that the answer is out in time.
  Milliseconds deadline_margin{5};

  // An escalation is sent only if this share of the recent ones had their answer within the time
  // that it has left.
  float round_trip_quantile = 0.5F;
  // Once escalations are held back, the round trip must be shorter than the time left by this share
  // of itself before they are sent again.
  float round_trip_hysteresis = 0.2F;
  Milliseconds round_trip_memory{3000};  // what is older is forgotten
  Milliseconds probe_interval{250};      // while held back, one is sent this often

  // An unanswered request is sent again after a time that follows the round trip, within these
  // bounds; each further time after twice as long.
  Milliseconds retry_min{20};
  Milliseconds retry_max{2000};
  std::size_t max_attempts = 4;  // the first included

  EscalationPacking packing;
  EscalationBudget budget;
  Compression compression = Compression::kNone;

  bool operator==(const EscalationConfig&) const = default;
};

}  // namespace biglittle
