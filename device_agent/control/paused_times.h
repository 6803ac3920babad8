// When a device was paused: a reading captured then is not taken, whenever it is come to.
//
// Knows no clock. Not thread-safe.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "core/clock.h"

namespace biglittle {

class PausedTimes {
 public:
  void Begin(SteadyTime now) {
    if (since()) return;
    // In bounded memory: what lies between the two oldest was not taken either.
    if (spans_.size() == kMost) {
      spans_[1].begin = spans_[0].begin;
      spans_.pop_front();
    }
    spans_.push_back({now, std::nullopt});
  }
  void End(SteadyTime now) {
    if (since()) spans_.back().end = now;
  }
  // Since when it is paused; nullopt: it is not.
  std::optional<SteadyTime> since() const {
    if (spans_.empty() || spans_.back().end) return std::nullopt;
    return spans_.back().begin;
  }
  // Readings are asked about in the order in which they were captured.
  bool Cover(SteadyTime captured_at) {
    while (!spans_.empty() && spans_.front().end && *spans_.front().end <= captured_at) {
      spans_.pop_front();
    }
    return !spans_.empty() && spans_.front().begin <= captured_at;
  }

 private:
  struct Span {
    SteadyTime begin;
    std::optional<SteadyTime> end;
  };
  static constexpr std::size_t kMost = 16;

  std::deque<Span> spans_;
};

}  // namespace biglittle
