// A clock that stands still until it is told otherwise.
#pragma once

#include "core/clock.h"

namespace biglittle {

// Not thread-safe.
class FakeClock final : public Clock {
 public:
  SteadyTime Now() const override { return SteadyTime(elapsed_); }
  WallTime WallNow() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(elapsed_)) + wall_jumps_;
  }
  std::string Boot() const override { return boot_; }
  void Advance(SteadyTime::duration by) { elapsed_ += by; }
  // Somebody sets the clock of the day.
  void JumpWall(std::chrono::seconds by) { wall_jumps_ += by; }
  // Now() counts from anew; the clock of the day knows nothing of the time without power.
  void Reboot() {
    boot_ += "+";
    elapsed_ = std::chrono::seconds(5);
  }

 private:
  SteadyTime::duration elapsed_ = std::chrono::hours(1);
  std::chrono::seconds wall_jumps_{0};
  std::string boot_ = "boot";
};

}  // namespace biglittle
