// Readings that were dropped and whose end has still to be said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/clock.h"
#include "device_agent/intake/intake.h"

namespace biglittle {

// As many as there are, in bounded memory: beyond `exact` of them the last ones are only counted,
// and come out with capture times spread evenly over the time in which they came, and without their
// truth. Not thread-safe.
class DroppedReadings {
 public:
  explicit DroppedReadings(std::size_t exact) : exact_(exact) {}

  // `number` orders it among all readings that came; they are added in its order.
  void Add(const DroppedReading& reading, std::uint64_t number) {
    if (runs_.size() < exact_ || runs_.empty()) {
      runs_.push_back({reading.captured_at, reading.captured_at, 1, number, reading.truth});
      return;
    }
    Run& last = runs_.back();
    last.last = reading.captured_at;
    ++last.count;
    last.truth.reset();
  }

  // The oldest of those that came before `number`, at most so many.
  std::vector<DroppedReading> Take(std::size_t most, std::uint64_t before) {
    std::vector<DroppedReading> taken;
    while (taken.size() < most && !runs_.empty() && runs_.front().number < before) {
      taken.push_back(TakeOne());
    }
    return taken;
  }

  bool empty() const { return runs_.empty(); }

 private:
  struct Run {
    SteadyTime first;
    SteadyTime last;
    std::uint64_t count;
    std::uint64_t number;  // of the first one
    std::optional<int> truth;
  };

  DroppedReading TakeOne() {
    Run& run = runs_.front();
    const DroppedReading one{run.first, run.truth};
    if (--run.count == 0) {
      runs_.pop_front();
    } else {
      run.first += (run.last - run.first) / static_cast<SteadyTime::rep>(run.count);
    }
    return one;
  }

  const std::size_t exact_;
  std::deque<Run> runs_;
};

}  // namespace biglittle
