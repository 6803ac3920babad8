#include "cloud_worker/device_limit.h"

namespace biglittle {

bool DeviceLimit::Allows(const std::string& device, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  TokenBucket& bucket = BucketLocked(device, now);
  if (!bucket.Has(1, now)) return false;
  bucket.Take(1);
  return true;
}

void DeviceLimit::Charge(const std::string& device, std::size_t times, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  BucketLocked(device, now).Owe(static_cast<double>(times), now);
}

TokenBucket& DeviceLimit::BucketLocked(const std::string& device, SteadyTime now) {
  const auto found = buckets_.find(device);
  if (found != buckets_.end()) return found->second;
  MakeRoom(now);
  return buckets_.try_emplace(device, options_.per_second, options_.burst).first->second;
}

void DeviceLimit::MakeRoom(SteadyTime now) {
  if (buckets_.size() < options_.devices) return;
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.IsFull(now); });
  if (buckets_.size() >= options_.devices) buckets_.clear();
}

}  // namespace biglittle
