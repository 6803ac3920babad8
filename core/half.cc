#include "core/half.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

namespace biglittle {
namespace {

// Elements a step. Steps of one constant size over buffers of their own are what compilers turn
// into vector instructions without being asked; so is code without branches.
constexpr std::size_t kStep = 32;

constexpr std::uint32_t kSign = 0x80000000U;
constexpr std::uint32_t kInfinity = 0x7f800000U;
constexpr std::uint32_t kMantissaShift = 23 - 10;
// 2^16, beyond every half; 2^-14, the least half that is not subnormal.
constexpr std::uint32_t kTooLarge = (127U + 16U) << 23U;
constexpr std::uint32_t kLeastNormal = (127U - 14U) << 23U;
constexpr std::uint32_t kRebias = (127U - 15U) << 23U;
constexpr std::uint32_t kHalfInfinity = 0x7c00U;
constexpr std::uint32_t kHalfQuietNan = 0x7e00U;

// `condition ? yes : no` that no compiler makes a branch of, so that both are there to be vectors.
inline std::uint32_t Select(bool condition, std::uint32_t yes, std::uint32_t no) {
  const std::uint32_t mask = 0U - static_cast<std::uint32_t>(condition);
  return (yes & mask) | (no & ~mask);
}

inline std::uint32_t BitsToHalf(std::uint32_t bits) {
  const std::uint32_t sign = (bits & kSign) >> 16U;
  const std::uint32_t magnitude = bits & ~kSign;
  // Adding just under half a step, or half a step to odd numbers, rounds to nearest even; a carry
  // goes on into the exponent, as it should.
  const std::uint32_t odd = (magnitude >> kMantissaShift) & 1U;
  const std::uint32_t normal = (magnitude - kRebias + 0xfffU + odd) >> kMantissaShift;
  // Next to 0.5 a float's last bit is 2^-24, a subnormal half's unit: the addition rounds.
  constexpr std::uint32_t kHalfOne = 126U << 23U;
  const float small = std::bit_cast<float>(magnitude) + std::bit_cast<float>(kHalfOne);
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(small) - kHalfOne;
  const std::uint32_t large = Select(magnitude > kInfinity, kHalfQuietNan, kHalfInfinity);
  const std::uint32_t finite = Select(magnitude < kLeastNormal, subnormal, normal);
  return sign | Select(magnitude >= kTooLarge, large, finite);
}

inline std::uint32_t BitsToFloat(std::uint32_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const std::uint32_t magnitude = (half & 0x7fffU) << kMantissaShift;
  const std::uint32_t exponent = half & kHalfInfinity;
  const std::uint32_t normal = magnitude + kRebias + Select(exponent == kHalfInfinity, kRebias, 0);
  // A subnormal half as the fraction behind 2^-14, which is then taken away again.
  const float small =
      std::bit_cast<float>(magnitude + kLeastNormal) - std::bit_cast<float>(kLeastNormal);
  return sign | Select(exponent == 0, std::bit_cast<std::uint32_t>(small), normal);
}

// The conversion of `From` elements to `To` elements by `convert`, step by step. `infinity` is the
// exponent of the halves that are not finite, looked at by `half_of(from, to)`.
template <typename From, typename To, typename Convert, typename HalfOfPair>
bool ConvertAll(std::span<const std::byte> from, std::span<std::byte> to, Convert convert,
                HalfOfPair half_of) {
  assert(from.size() / sizeof(From) == to.size() / sizeof(To));
  const std::size_t elements = std::min(from.size() / sizeof(From), to.size() / sizeof(To));
  std::uint32_t not_finite = 0;
  for (std::size_t first = 0; first < elements; first += kStep) {
    const std::size_t count = std::min(kStep, elements - first);
    std::array<From, kStep> in{};
    std::array<To, kStep> out{};
    std::memcpy(in.data(), from.data() + first * sizeof(From), count * sizeof(From));
    for (std::size_t i = 0; i < kStep; ++i) {
      out[i] = static_cast<To>(convert(in[i]));
      const std::uint32_t half = half_of(in[i], out[i]);
      not_finite |= Select((half & kHalfInfinity) == kHalfInfinity, 1, 0);
    }
    std::memcpy(to.data() + first * sizeof(To), out.data(), count * sizeof(To));
  }
  return not_finite == 0;
}

}  // namespace

std::uint16_t HalfOf(float value) {
  return static_cast<std::uint16_t>(BitsToHalf(std::bit_cast<std::uint32_t>(value)));
}

float FloatOf(std::uint16_t half) { return std::bit_cast<float>(BitsToFloat(half)); }

bool FloatsToHalves(std::span<const std::byte> floats, std::span<std::byte> halves) {
  return ConvertAll<std::uint32_t, std::uint16_t>(
      floats, halves, [](std::uint32_t bits) { return BitsToHalf(bits); },
      [](std::uint32_t /*from*/, std::uint16_t to) { return std::uint32_t{to}; });
}

bool HalvesToFloats(std::span<const std::byte> halves, std::span<std::byte> floats) {
  return ConvertAll<std::uint16_t, std::uint32_t>(
      halves, floats, [](std::uint16_t half) { return BitsToFloat(half); },
      [](std::uint16_t from, std::uint32_t /*to*/) { return std::uint32_t{from}; });
}

bool FitHalves(std::span<const std::byte> floats) {
  std::uint32_t not_finite = 0;
  for (std::size_t at = 0; at + sizeof(std::uint32_t) <= floats.size();
       at += sizeof(std::uint32_t)) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, floats.data() + at, sizeof(bits));
    not_finite |= Select((BitsToHalf(bits) & kHalfInfinity) == kHalfInfinity, 1, 0);
  }
  return not_finite == 0;
}

}  // namespace biglittle
