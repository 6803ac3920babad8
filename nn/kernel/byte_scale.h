// What the bytes of a quantised tensor stand for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "nn/kernel/activation.h"

namespace biglittle::nn {

// A number is (byte - zero_point) * scale. Bytes are uint8 in memory: to an int8 128 is added, to
// its zero point too, so that kernels need to know of one type only.
struct ByteScale {
  float scale = 1.0F;           // > 0
  std::int32_t zero_point = 0;  // within [0, 255]

  // The least and the greatest of what is rounded, in units of the scale.
  float least() const { return 0.0F - static_cast<float>(zero_point); }
  float greatest() const { return 255.0F - static_cast<float>(zero_point); }
  bool operator==(const ByteScale&) const = default;
};

// What a kernel of bytes is to yield: bytes of this scale, or floats; clamped before.
struct ByteTarget {
  std::optional<ByteScale> bytes;
  Clamp clamp;
};

// Floats that so many bytes take. A few more may be read behind the last one.
constexpr std::int64_t FloatsOfBytes(std::int64_t bytes) { return (bytes + 3) / 4 + 1; }

// A step's memory as bytes.
inline const std::uint8_t* AsBytes(const float* memory) {
  return reinterpret_cast<const std::uint8_t*>(memory);
}
inline std::uint8_t* AsBytes(float* memory) { return reinterpret_cast<std::uint8_t*>(memory); }

}  // namespace biglittle::nn
