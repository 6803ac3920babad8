#include "cloud_worker/device_limit.h"

namespace biglittle {

bool DeviceLimit::Allows(const std::string& device, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  auto found = buckets_.find(device);
  if (found == buckets_.end()) {
    MakeRoom(now);
    found = buckets_.try_emplace(device, options_.per_second, options_.burst).first;
  }
  if (!found->second.Has(1, now)) return false;
  found->second.Take(1);
  return true;
}

void DeviceLimit::MakeRoom(SteadyTime now) {
  if (buckets_.size() < options_.devices) return;
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.IsFull(now); });
  if (buckets_.size() >= options_.devices) buckets_.clear();
}

}  // namespace biglittle
