// CPU time, by the kernel's account.
#pragma once

#include <time.h>

namespace biglittle {

// Of CLOCK_THREAD_CPUTIME_ID or CLOCK_PROCESS_CPUTIME_ID, in microseconds.
inline double CpuMicroseconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return 1e6 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_nsec);
}

}  // namespace biglittle
