// Who takes most of a worker: told with its status, so that whoever looks for what is wrong need
// not guess.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "cloud_worker/queue/work_item.h"
#include "core/clock.h"
#include "wire/messages/status.h"

namespace biglittle {

// Thread-safe.
class BusiestDevices {
 public:
  // Devices that are counted at once; of more than that the first ones.
  static constexpr std::size_t kMaxDevices = 10'000;

  // These answers came of a batch that took so long.
  void CountBatch(const std::vector<Answer>& answers, SteadyTime::duration compute_time);
  // `device` had so many readings computed, which took so long of their batches.
  void Count(const std::string& device, std::size_t readings, SteadyTime::duration compute_time);

  // At most `count`, that with the most compute time first, since this was asked before.
  std::vector<wire::DeviceWork> Take(std::size_t count);

 private:
  struct Work {
    std::size_t readings = 0;
    SteadyTime::duration compute_time{0};
  };

  std::mutex mutex_;
  std::unordered_map<std::string, Work> work_;
};

}  // namespace biglittle
