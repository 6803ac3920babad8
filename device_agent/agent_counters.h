// What an agent counts with every reading: in places of their own, whose names are made when
// somebody asks. docs/wire.md says what each means.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "core/outcome.h"
#include "wire/messages/result.h"

namespace biglittle {

// Not thread-safe.
class AgentCounters {
 public:
  enum class Event : std::size_t {
    kReading,
    kOutcome,
    kUnlikeTraining,
    kAnsweredAtEarlyExit,
    kProvisionalResult,
    kDeadlineMissed,
    kEndedAfterRestart,
  };
  static constexpr std::size_t kEvents = 7;

  void Count(Event event) { ++events_[static_cast<std::size_t>(event)]; }
  // `reason` where it fell back.
  void CountDecision(wire::DecidedBy decided_by, std::optional<FallbackReason> reason) {
    ++decided_by_[static_cast<std::size_t>(decided_by)];
    if (reason) ++fell_back_[static_cast<std::size_t>(*reason)];
  }

  // Adds them by name, without those that never counted.
  void AddTo(std::map<std::string, std::uint64_t>& counters) const;

 private:
  std::array<std::uint64_t, kEvents> events_{};
  std::array<std::uint64_t, 3> decided_by_{};
  std::array<std::uint64_t, kFallbackReasonCount> fell_back_{};
};

}  // namespace biglittle
