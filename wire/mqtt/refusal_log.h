// What is said about messages that the broker refuses: the first of a kind at once, then now and
// then how many there were. A refusal repeats with every message until somebody mends the broker.
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

namespace biglittle::wire {

// Neither clock nor log inside. Not thread-safe.
class RefusalLog {
 public:
  // Between two lines about the same topic and reason.
  static constexpr std::chrono::seconds kInterval{60};
  // Kinds that are told apart; all beyond them are one kind.
  static constexpr std::size_t kMostKinds = 64;

  // The broker refused a message to `topic`. A line to be logged, if it is time for one; `words`
  // are the broker's own.
  std::optional<std::string> Note(const std::string& topic, int reason_code, std::string_view words,
                                  SteadyTime now);

 private:
  struct Kind {
    std::uint64_t count = 0;
    SteadyTime told_at;
  };
  std::map<std::pair<std::string, int>, Kind> kinds_;
  Kind others_;
};

}  // namespace biglittle::wire
