// A clock that stands still until it is told otherwise.
#pragma once

#include "core/clock.h"

namespace biglittle {

// Not thread-safe.
class FakeClock final : public Clock {
 public:
  SteadyTime Now() const override { return SteadyTime(elapsed_); }
  WallTime WallNow() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(elapsed_));
  }
  void Advance(SteadyTime::duration by) { elapsed_ += by; }

 private:
  SteadyTime::duration elapsed_ = std::chrono::hours(1);
};

}  // namespace biglittle
