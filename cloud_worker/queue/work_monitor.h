// What Inbox and Batcher share: one lock, under which a thread that waits for a batch hears of a
// message too.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace biglittle {

// A monitor: what it guards is the inbox's and the batcher's. It outlives both.
struct WorkMonitor {
  using Lock = std::unique_lock<std::mutex>;

  std::mutex mutex;

  // Protected by mutex.
  std::condition_variable compute_due;  // for those who compute: a batch, or a message to check
  std::size_t idle = 0;                 // threads that wait for it
};

}  // namespace biglittle
