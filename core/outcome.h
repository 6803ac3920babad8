// How a reading ends. Every reading has exactly one of these, by its deadline.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "core/prediction.h"

namespace biglittle {

enum class FallbackReason : std::uint8_t {
  kDeadline,        // the cloud's answer did not come in time
  kTooManyPending,  // as many escalations as allowed were under way
  kBacklogFull,     // the outgoing queue refused the request
  kRejected,        // a worker refused the request; the detail says why
  kInvalidReading,  // the reading has no finite numbers or not the task's shape
  kStopping,        // the agent was told to stop
};

// "deadline", "too_many_pending", ...: the `reason` of a result, and the name in counters.
std::string_view Name(FallbackReason reason);
inline constexpr int kFallbackReasonCount = 6;

// The little net was sure enough of a prioritised class.
struct AnsweredLocally {
  Prediction prediction;
};

// The big net answered in time.
struct AnsweredByCloud {
  Prediction prediction;
  std::string worker;
  std::string model_digest;
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
