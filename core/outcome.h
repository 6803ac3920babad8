// How a reading ends. Every reading has exactly one of these, by its deadline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "core/clock.h"
#include "core/prediction.h"

namespace biglittle {

enum class FallbackReason : std::uint8_t {
  kDeadline,        // the cloud's answer did not come in time
  kNoTime,          // as the round trips were, no answer could have come in time: not sent
  kBudget,          // the escalation budget had nothing left for it
  kOverrun,         // the sensor was faster than the little net, which has not seen it
  kRestarted,       // the agent ended before the reading did, and was started again
  kTooManyPending,  // as many escalations as allowed were under way
  kBacklogFull,     // the outgoing queue refused the request
  kRejected,        // a worker refused the request; the detail says why
  kRefused,         // the broker refused the request
  kInvalidReading,  // the reading has no finite numbers or not the task's shape
  kStopping,        // the agent was told to stop
};

// "deadline", "too_many_pending", ...: the `reason` of a result, and the name in counters.
std::string_view Name(FallbackReason reason);
inline constexpr int kFallbackReasonCount = 11;

// The little net was sure enough of a prioritised class.
struct AnsweredLocally {
  Prediction prediction;
};

// What the cloud's answer cost.
struct CloudTiming {
  SteadyTime::duration round_trip{0};  // from the first request to the answer
  SteadyTime::duration queue{0};       // of that: waiting in the worker
  SteadyTime::duration compute{0};     // of that: the big net
  // Where the worker says them. Of `queue`: until it was checked and queued.
  std::optional<SteadyTime::duration> take;
  // Of the worker's previous reply: from the end of its batch to its hand-over to MQTT.
  std::optional<SteadyTime::duration> send;
};

// The big net answered in time.
struct AnsweredByCloud {
  Prediction prediction;
  std::string worker;
  std::string model_digest;
  bool unexpected_model = false;  // the digest is not that of the task as the device knows it
  CloudTiming timing;
};

// The little net's answer stands although it was not sure. For an invalid reading there is none:
// kOtherClass with confidence 0.
struct FellBack {
  FallbackReason reason;
  std::string detail;
  Prediction prediction;
};

using Outcome = std::variant<AnsweredLocally, AnsweredByCloud, FellBack>;

const Prediction& PredictionOf(const Outcome& outcome);

}  // namespace biglittle
