// The class that a device has settled on: single readings flap, this does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/clock.h"
#include "core/fleet/state_config.h"

namespace biglittle {

// Pure: what it says follows from the readings alone. Not thread-safe.
//
// The readings' classes are smoothed over the last config.smoothing.readings of them; the smoothed
// class becomes the settled one when config.settle.readings in a row had it, whose captures lie
// config.settle.hold apart at least. The first reading settles at once: there is nothing to keep.
class SettledClass {
 public:
  struct Reading {
    int class_index = 0;  // as its final result says
    float confidence = 0.0F;
    WallTime capture_time;
  };
  struct State {
    int class_index = 0;
    float confidence =
        0.0F;        // the mean of the readings that the smoothing looked at and that had it
    WallTime since;  // capture of the first reading of those that settled it
    std::uint64_t readings = 0;  // since then

    bool operator==(const State&) const = default;
  };

  explicit SettledClass(const StateConfig& config) : config_(config) {}

  // In the order in which they ended. True: the settled class has changed.
  bool Add(const Reading& reading);
  // nullopt before the first reading.
  const std::optional<State>& state() const { return state_; }

 private:
  // The class that the smoothing names; the settled one where several have as much.
  int Smoothed() const;
  float ConfidenceOf(int class_index) const;

  const StateConfig config_;
  std::deque<Reading> last_;  // at most smoothing.readings
  std::optional<State> state_;
  // Those in a row with another smoothed class than the settled one.
  int candidate_ = 0;
  std::size_t candidate_readings_ = 0;
  WallTime candidate_since_;
};

}  // namespace biglittle
