// Floats in two bytes: IEEE 754 half precision (binary16), in which float32 windows may cross the
// network. A half has 11 significant bits, is exact below 2^-14 in steps of 2^-24, and ends at
// 65504.
//
// Pure functions, thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace biglittle {

// The nearest half, of two equally near ones the even one. What rounds beyond 65504 becomes
// infinite, and what is no number stays none.
std::uint16_t HalfOf(float value);

// Exact.
float FloatOf(std::uint16_t half);

// Tensor data from one type to the other, element by element as above; the second span must hold as
// many elements as the first. False, with all elements written, if one of the halves is not finite.
bool FloatsToHalves(std::span<const std::byte> floats, std::span<std::byte> halves);
// Whether FloatsToHalves would say true.
bool FitHalves(std::span<const std::byte> floats);
bool HalvesToFloats(std::span<const std::byte> halves, std::span<std::byte> floats);

}  // namespace biglittle
