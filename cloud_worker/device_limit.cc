#include "cloud_worker/device_limit.h"

#include <algorithm>
#include <chrono>

namespace biglittle {

bool DeviceLimit::Allows(const std::string& device, SteadyTime now) {
  const std::lock_guard lock(mutex_);
  auto found = buckets_.find(device);
  if (found == buckets_.end()) {
    MakeRoom(now);
    found = buckets_.emplace(device, Bucket{options_.burst, now}).first;
  }
  Bucket& bucket = found->second;
  bucket = {Filled(bucket, now), now};
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

double DeviceLimit::Filled(const Bucket& bucket, SteadyTime now) const {
  const double seconds = std::chrono::duration<double>(now - bucket.filled_at).count();
  return std::min(options_.burst, bucket.tokens + std::max(seconds, 0.0) * options_.per_second);
}

void DeviceLimit::MakeRoom(SteadyTime now) {
  if (buckets_.size() < options_.devices) return;
  std::erase_if(buckets_,
                [&](const auto& entry) { return Filled(entry.second, now) >= options_.burst; });
  if (buckets_.size() >= options_.devices) buckets_.clear();
}

}  // namespace biglittle
