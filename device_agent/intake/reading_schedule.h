// When a sensor's readings are due, which of them wait for the little net, and which are dropped
// because too many wait: a sensor that delivers at an interval does not stop for us.
//
// Memory is bounded by the capacity, however far the agent falls behind. Knows no clock: the caller
// says what time it is. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/clock.h"
#include "core/fleet/source_config.h"

namespace biglittle {

class ReadingSchedule {
 public:
  struct Due {
    SteadyTime captured_at;
    bool dropped = false;
  };

  // The first reading comes at `first`, one more every `interval` (above zero). At most `capacity`
  // wait to be taken.
  ReadingSchedule(Milliseconds interval, std::size_t capacity, WhenFull when_full, SteadyTime first)
      : interval_(interval), capacity_(capacity), when_full_(when_full), next_arrival_(first) {}

  // The next reading in the order in which they came, whether it is to be classified or was
  // dropped; nullopt if none has come that was not taken.
  std::optional<Due> Take(SteadyTime now);
  // When Take will have something; may be in the past.
  SteadyTime NextTake() const { return runs_.empty() ? next_arrival_ : runs_.front().first; }
  // Readings that wait to be classified.
  std::size_t waiting() const { return static_cast<std::size_t>(waiting_); }

 private:
  // Readings that follow each other and have the same fate.
  struct Run {
    SteadyTime first;
    std::uint64_t count;
    bool dropped;
  };

  void Arrive(SteadyTime now);
  void Append(std::uint64_t count, bool dropped);
  void DropOldest(std::uint64_t count);

  const SteadyTime::duration interval_;
  const std::size_t capacity_;
  const WhenFull when_full_;
  SteadyTime next_arrival_;
  std::uint64_t waiting_ = 0;  // beyond capacity_ only while Arrive runs
  std::deque<Run> runs_;       // at most 2 * capacity_ + 1
};

}  // namespace biglittle
