#include "cloud_worker/intake/device_limit.h"

namespace biglittle {

bool DeviceLimit::Allows(const std::string& device, SteadyTime now, double amount) {
  const std::lock_guard lock(mutex_);
  TokenBucket& bucket = BucketLocked(device, now);
  if (!bucket.Has(amount, now)) return false;
  bucket.Take(amount);
  return true;
}

void DeviceLimit::Charge(const std::string& device, double amount, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  BucketLocked(device, now).Charge(amount, now);
}

TokenBucket& DeviceLimit::BucketLocked(const std::string& device, SteadyTime now) {
  const auto found = buckets_.find(device);
  if (found != buckets_.end()) return found->second;
  MakeRoom(now);
  const auto own = options_.rates.find(device);
  const Rate& rate = own == options_.rates.end() ? options_.rate : own->second;
  return buckets_.try_emplace(device, rate.per_second, rate.burst).first->second;
}

void DeviceLimit::MakeRoom(SteadyTime now) {
  if (buckets_.size() < options_.devices) return;
  std::erase_if(buckets_, [now](const auto& entry) { return entry.second.IsFull(now); });
  if (buckets_.size() >= options_.devices) buckets_.clear();
}

}  // namespace biglittle
