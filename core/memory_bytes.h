// How many bytes so many elements take. Files, messages and nets ask for numbers of 64 bits; the
// memory of a 32-bit processor ends before, and a product that does not fit is a small number
// there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace biglittle {

// The largest block of memory that any process of this processor can have.
inline constexpr std::int64_t kMaxMemoryBytes = std::numeric_limits<std::ptrdiff_t>::max();

// `element_size` >= 1. nullopt: fewer than 0 elements, or more than such a block holds.
constexpr std::optional<std::size_t> MemoryBytes(std::int64_t elements, std::size_t element_size) {
  const auto size = static_cast<std::int64_t>(element_size);
  if (elements < 0 || elements > kMaxMemoryBytes / size) return std::nullopt;
  return static_cast<std::size_t>(elements) * element_size;
}

}  // namespace biglittle
