#include "device_agent/many_devices.h"

#include <malloc.h>
#include <pthread.h>
#include <sys/resource.h>

namespace biglittle {
namespace {

// Each device has two threads, which need some tens of KiB: nets compute in an arena, not here.
constexpr std::size_t kStackBytes = std::size_t{512} << 10U;
// glibc gives every new thread a heap of its own, up to eight a core, and each keeps what it once
// had.
constexpr int kHeaps = 8;

}  // namespace

void PrepareForManyDevices() {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, kHeaps);
  // Small pieces that wait to be merged are all looked at whenever somebody wants a large one, and
  // those of hundreds of devices are in nobody's cache.
  mallopt(M_MXFAST, 0);
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) == 0) {
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
  }
#endif
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace biglittle
