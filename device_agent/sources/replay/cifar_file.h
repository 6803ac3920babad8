// The binary files of CIFAR-10: records of one label byte (0 to 9) and 3 x 32 x 32 bytes, red,
// green, blue, row by row; no header. Source: A. Krizhevsky, "The CIFAR-10 dataset", description of
// the binary version.
#pragma once

#include <cstddef>
#include <span>

#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

// True if `bytes` are such records from beginning to end. There is no magic number: it is the size,
// and every label's byte, that tell.
bool IsCifar(std::span<const std::byte> bytes);

// uint8 [N, 3, 32, 32], or the labels of the same records, uint8 [N]. `bytes` passed IsCifar.
DataArray ParseCifarWindows(std::span<const std::byte> bytes);
DataArray ParseCifarLabels(std::span<const std::byte> bytes);

}  // namespace biglittle
