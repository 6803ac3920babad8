// The orders in which .npy files hold their elements, made that of DataArray.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace biglittle {

// The elements of `size` bytes each turn their bytes around. data.size() is a multiple of it.
void SwapBytes(std::span<std::byte> data, std::size_t size);

// Fortran's order, in which the first index runs fastest, to C's. `shape` has at least one
// dimension, all positive, and `data` as many elements of `size` bytes as it says.
std::vector<std::byte> FromFortranOrder(std::span<const std::byte> data, const Shape& shape,
                                        std::size_t size);

}  // namespace biglittle
