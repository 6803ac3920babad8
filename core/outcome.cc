#include "core/outcome.h"

namespace biglittle {

std::string_view Name(FallbackReason reason) {
  switch (reason) {
    case FallbackReason::kDeadline:
      return "deadline";
    case FallbackReason::kNoTime:
      return "no_time";
    case FallbackReason::kBudget:
      return "budget";
    case FallbackReason::kOverrun:
      return "overrun";
    case FallbackReason::kRestarted:
      return "restarted";
    case FallbackReason::kTooManyPending:
      return "too_many_pending";
    case FallbackReason::kBacklogFull:
      return "backlog_full";
    case FallbackReason::kRejected:
      return "rejected";
    case FallbackReason::kRefused:
      return "refused";
    case FallbackReason::kInvalidReading:
      return "invalid_reading";
    case FallbackReason::kStopping:
      return "stopping";
  }
  return "unknown";
}

const Prediction& PredictionOf(const Outcome& outcome) {
  return std::visit([](const auto& ending) -> const Prediction& { return ending.prediction; },
                    outcome);
}

}  // namespace biglittle
