// Whether values are numbers, looked at many at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace biglittle {

// True if none is infinite or no number: all bits of the exponent are set in those, so that one
// more carries into the bit above. Without a branch a value; blocks of a fixed size become vector
// instructions.
inline bool AllFinite(std::span<const float> values) {
  constexpr std::size_t kBlock = 16;
  constexpr std::uint32_t kExponent = 0x7f800000U;
  constexpr std::uint32_t kOne = 0x00800000U;
  const auto carry = [](float value) {
    return (std::bit_cast<std::uint32_t>(value) & kExponent) + kOne;
  };
  std::uint32_t found = 0;
  for (; values.size() >= kBlock; values = values.subspan(kBlock)) {
    const float* block = values.data();
    std::uint32_t of_block = 0;
    for (std::size_t i = 0; i < kBlock; ++i) of_block |= carry(block[i]);
    found |= of_block;
  }
  for (const float value : values) found |= carry(value);
  return (found & 0x80000000U) == 0;
}

}  // namespace biglittle
