// The workers that reply to a device: how often, by kind, and what is said about them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/clock.h"
#include "core/log_limit.h"

namespace biglittle {

// Not thread-safe.
class Repliers {
 public:
  using Counters = std::map<std::string, std::uint64_t>;

  // `device` for the log. `counters` must outlive it.
  Repliers(std::string device, Counters& counters)
      : device_(std::move(device)), counters_(counters) {}

  // A reply of this kind: "replies_<kind>" and "replies_<kind>_of_<worker>" count it, the latter as
  // "others" where too many workers reply, or one with a name that is none of ours.
  void Count(std::string_view kind, const std::string& worker);
  // The worker has answered a reading.
  void Answered(const std::string& worker, SteadyTime now);
  // Another one than this has answered lately.
  bool AnotherAnswers(const std::string& worker, SteadyTime now) const;

  // These count as well, and are said now and then.
  //
  // A reply that cannot be.
  void NoteInvalid(const std::string& worker, std::string_view why, SteadyTime now);
  // An answer by another net than the task's big one.
  void NoteUnexpected(const std::string& worker, std::string_view digest, std::string_view expected,
                      SteadyTime now);
  // A reply that does not say what it answers.
  void NoteLostCorrelation(SteadyTime now);

 private:
  bool Remember(const std::string& worker);

  const std::string device_;
  Counters& counters_;
  // Those that have counters of their own, and when each answered last.
  std::map<std::string, std::optional<SteadyTime>> known_;
  LogLimit correlation_said_;
  LogLimit invalid_said_;
  LogLimit unexpected_said_;
};

}  // namespace biglittle
