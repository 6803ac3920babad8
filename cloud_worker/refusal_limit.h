// How often a device is told no. Whoever asks far more than is answered, by error or on purpose,
// must not have the worker busy with saying so while the others wait for their answers.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/clock.h"

namespace biglittle {

// Thread-safe.
class RefusalLimit {
 public:
  struct Options {
    double per_second = 200;       // of one device, in the long run
    double burst = 1000;           // of one device, at once
    std::size_t devices = 10'000;  // that are remembered; beyond, those that were quiet are not
  };

  RefusalLimit() = default;
  explicit RefusalLimit(const Options& options) : options_(options) {}

  // Whether this refusal may be sent; if so, it counts.
  bool Allows(const std::string& device, SteadyTime now);

 private:
  struct Bucket {
    double tokens = 0;
    SteadyTime filled_at{};
  };

  double Filled(const Bucket& bucket, SteadyTime now) const;
  void MakeRoom(SteadyTime now);

  const Options options_;
  std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace biglittle
