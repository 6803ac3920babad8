// Loaded before the C library (LD_PRELOAD): the clock of the day goes back an hour while the file
// that BIGLITTLE_CHAOS_CLOCK names exists. The monotonic clock is left alone.
//
// A wait until a time of day lasts, as under a real change, until that clock shows that time: an
// hour more if the clock was set back meanwhile. So the waits are sliced, to look at it again.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

namespace {

constexpr time_t kHour = 3600;
constexpr long kSliceNs = 20'000'000;
constexpr long kSecondNs = 1'000'000'000;
// Times before are no times of day but since the machine's start.
constexpr time_t kLongAgo = 1'000'000'000;

// Asked of the kernel each time: there may be no memory of ours yet when the first call comes.
bool IsSetBack() {
  const char* file = getenv("BIGLITTLE_CHAOS_CLOCK");
  return file != nullptr && syscall(SYS_access, file, F_OK) == 0;
}

timespec KernelNow() {
  timespec now{};
  syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
  return now;
}

timespec DayNow() {
  const int saved = errno;
  timespec now = KernelNow();
  if (IsSetBack()) now.tv_sec -= kHour;
  errno = saved;
  return now;
}

bool IsBefore(const timespec& a, const timespec& b) {
  return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

// At most one slice from now, as the kernel counts; earlier if `wanted` of our clock comes first.
timespec NextSlice(const timespec& wanted) {
  const timespec day = DayNow();
  const timespec kernel = KernelNow();
  const long long left = (static_cast<long long>(wanted.tv_sec) - day.tv_sec) * kSecondNs +
                         (wanted.tv_nsec - day.tv_nsec);
  const long long slice = left < 0 ? 0 : left < kSliceNs ? left : kSliceNs;
  const long long end = kernel.tv_nsec + slice;
  return {kernel.tv_sec + static_cast<time_t>(end / kSecondNs), static_cast<long>(end % kSecondNs)};
}

template <typename Function>
Function Next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
    return static_cast<int>(syscall(SYS_clock_gettime, clock, time));
  }
  *time = DayNow();
  return 0;
}

int gettimeofday(timeval* time, void*) {
  const timespec now = DayNow();
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* result) {
  const time_t now = DayNow().tv_sec;
  if (result != nullptr) *result = now;
  return now;
}

int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex,
                           const timespec* until) {
  static const auto next =
      Next<int (*)(pthread_cond_t*, pthread_mutex_t*, const timespec*)>("pthread_cond_timedwait");
  if (until->tv_sec < kLongAgo) return next(condition, mutex, until);
  for (;;) {
    const timespec slice = NextSlice(*until);
    const int result = next(condition, mutex, &slice);
    if (result != ETIMEDOUT || !IsBefore(DayNow(), *until)) return result;
  }
}

int sem_timedwait(sem_t* semaphore, const timespec* until) {
  static const auto next = Next<int (*)(sem_t*, const timespec*)>("sem_timedwait");
  for (;;) {
    const timespec slice = NextSlice(*until);
    const int result = next(semaphore, &slice);
    if (result == 0 || errno != ETIMEDOUT || !IsBefore(DayNow(), *until)) return result;
  }
}

}  // extern "C"
