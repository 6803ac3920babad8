// How much may happen on one device's account: a token bucket for each. One device that does far
// too much, by error or on purpose, must not take the worker from the others.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/clock.h"
#include "core/token_bucket.h"

namespace biglittle {

// Thread-safe.
class DeviceLimit {
 public:
  struct Rate {
    double per_second = 0;     // in the long run; above 0
    Milliseconds burst{1000};  // at once: what comes in that time
  };
  struct Options {
    Rate rate;
    std::unordered_map<std::string, Rate> rates = {};  // of single devices, in place of that
    std::size_t devices = 10'000;  // that are remembered; beyond, those that were quiet are not
  };

  explicit DeviceLimit(Options options) : options_(std::move(options)) {}

  // Whether so much may happen now; if so, it counts.
  bool Allows(const std::string& device, SteadyTime now, double amount = 1);
  // So much more has happened. What there is no room for is a debt, of a burst at most.
  void Charge(const std::string& device, double amount, SteadyTime now);

 private:
  TokenBucket& BucketLocked(const std::string& device, SteadyTime now);
  void MakeRoom(SteadyTime now);

  const Options options_;
  std::mutex mutex_;
  std::unordered_map<std::string, TokenBucket> buckets_;
};

}  // namespace biglittle
