// How long a chunk of bytes is under way on a disturbed link.
#pragma once

#include <chrono>
#include <cstdint>
#include <variant>

#include "core/clock.h"
#include "core/random.h"

namespace biglittle::chaos {

struct FixedDelay {
  Milliseconds delay{0};
};

// Heavy-tailed: most chunks pass quickly, a few take many times as long.
struct LogNormalDelay {
  Milliseconds median{20};
  double sigma = 1.0;  // of the logarithm
  Milliseconds longest{5000};
};

// Another delay every `period`, uniform between the two.
struct ChangingDelay {
  Milliseconds shortest{0};
  Milliseconds longest{0};
  Milliseconds period{1000};
};

using LinkDelay = std::variant<FixedDelay, LogNormalDelay, ChangingDelay>;

// The same delays for the same seed. Not thread-safe.
class DelaySampler {
 public:
  explicit DelaySampler(std::uint64_t seed) : random_(seed) {}

  std::chrono::microseconds Sample(const LinkDelay& delay, SteadyTime now);

 private:
  Random random_;
  SteadyTime change_at_{};
  std::chrono::microseconds changing_{0};
};

// Bytes that may pass a link of limited bandwidth. Not thread-safe.
class ByteAllowance {
 public:
  // 0: no limit.
  void Refill(std::uint64_t bytes_per_s, SteadyTime now);
  std::uint64_t left() const { return left_; }
  void Spend(std::uint64_t bytes) { left_ -= bytes; }

 private:
  SteadyTime refilled_at_{};
  std::uint64_t left_ = 0;
};

}  // namespace biglittle::chaos
