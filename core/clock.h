// Time, behind an interface so that every deadline can be tested without waiting for it.
#pragma once

#include <chrono>
#include <string>

namespace biglittle {

// Deadlines, time-outs and latencies: never moves back, says nothing about the hour of the day.
using SteadyTime = std::chrono::steady_clock::time_point;
// When something was captured, for people and dashboards. May jump; never used for a deadline.
using WallTime = std::chrono::system_clock::time_point;

using Milliseconds = std::chrono::milliseconds;

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime Now() const = 0;
  virtual WallTime WallNow() const = 0;
  // Names the start of the machine since which Now() counts: what two processes were told can be
  // compared where it is the same. Empty: nobody knows.
  virtual std::string Boot() const = 0;

  // The machine's own clocks; lives as long as the program.
  static const Clock& Real();
};

// Milliseconds with a fraction, for latencies that are told to people and dashboards.
double ToMilliseconds(std::chrono::nanoseconds duration);

}  // namespace biglittle
