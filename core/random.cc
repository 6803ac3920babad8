#include "core/random.h"

#include <bit>
#include <cmath>
#include <numeric>
#include <utility>

namespace biglittle {
namespace {

// Source: S. Vigna's public-domain reference, https://prng.di.unimi.it/splitmix64.c: one step.
std::uint64_t SplitMix64(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = SplitMix64(seed);
}

std::uint64_t Random::Next() {
  const std::uint64_t result = std::rotl(state_[1] * 5U, 7) * 9U;
  const std::uint64_t shifted = state_[1] << 17U;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::Uniform() {
  // The upper 53 bits fill a double's mantissa exactly.
  return static_cast<double>(Next() >> 11U) * 0x1.0p-53;
}

std::uint64_t Random::Below(std::uint64_t bound) {
  // 2^64 mod bound: the first so many values would make small results likelier, so they are
  // refused. Fewer than half are, whatever the bound.
  const std::uint64_t refused = (0U - bound) % bound;
  std::uint64_t value = Next();
  while (value < refused) value = Next();
  return value % bound;
}

double Random::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double u = 0.0;
  double v = 0.0;
  double square = 0.0;
  do {
    u = Uniform(-1.0, 1.0);
    v = Uniform(-1.0, 1.0);
    square = u * u + v * v;
  } while (square >= 1.0 || square == 0.0);
  const double factor = std::sqrt(-2.0 * std::log(square) / square);
  spare_ = v * factor;
  has_spare_ = true;
  return u * factor;
}

std::vector<std::uint64_t> Permutation(std::uint64_t count, std::uint64_t seed) {
  std::vector<std::uint64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::uint64_t{0});
  Random random(seed);
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[static_cast<std::size_t>(random.Below(left))]);
  }
  return order;
}

}  // namespace biglittle
