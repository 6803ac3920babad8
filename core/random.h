// Random numbers that are the same on every platform and with every standard library: simulated
// data, shuffles and jitter must be repeatable from their seed alone.
#pragma once

#include <cstdint>
#include <vector>

namespace biglittle {

// xoshiro256** seeded by SplitMix64. Source: D. Blackman, S. Vigna, "Scrambled Linear Pseudorandom
// Number Generators", 2021. Not for secrets. Not thread-safe; one for each user.
class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t Next();
  // Uniform in [0, 1), 53 bits.
  double Uniform();
  double Uniform(double low, double high) { return low + (high - low) * Uniform(); }
  // Uniform in [0, bound); bound > 0. Without modulo bias.
  std::uint64_t Below(std::uint64_t bound);
  // Standard normal, by the polar method (Marsaglia, Bray, 1964).
  double Normal();

 private:
  std::uint64_t state_[4];
  double spare_ = 0.0;
  bool has_spare_ = false;
};

// A permutation of 0 .. count-1 (Fisher-Yates), the same for the same seed.
std::vector<std::uint64_t> Permutation(std::uint64_t count, std::uint64_t seed);

}  // namespace biglittle
