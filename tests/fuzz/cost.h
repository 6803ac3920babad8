// The oracle of every fuzz target for what an input costs: a message of n bytes may take c times n
// of the processor, and what a bounded inflation takes beside it. Far above what it takes, and far
// below what an attacker would be glad of.
#pragma once

#include <time.h>

#include <cstddef>

#include "tests/fuzz/require.h"

namespace biglittle {

// From its making to its end. Of the thread that has it.
class Cost {
 public:
  explicit Cost(std::size_t bytes)
      : allowed_(kAlways + kAByte * static_cast<double>(bytes)), begun_(Now()) {}
  ~Cost() { Require(Now() - begun_ <= allowed_, "it takes no longer than its bytes may"); }
  Cost(const Cost&) = delete;
  Cost& operator=(const Cost&) = delete;

 private:
  // Seconds. With the sanitizers all is several times slower, and more so by an emulator.
#if defined(BIGLITTLE_EMULATED)
  static constexpr double kSlower = 100;
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr double kSlower = 10;
#else
  static constexpr double kSlower = 1;
#endif
  static constexpr double kAlways = 0.05 * kSlower;
  static constexpr double kAByte = 5e-6 * kSlower;

  static double Now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }

  const double allowed_;
  const double begun_;
};

}  // namespace biglittle
