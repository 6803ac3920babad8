// IDX, the format of MNIST's and Fashion-MNIST's files: two zero bytes, the element type, the
// number of dimensions, one big-endian uint32 a dimension, then the elements row by row. Source: Y.
// LeCun, C. Cortes, C. Burges, "The MNIST database", description of the file format.
#pragma once

#include <cstddef>
#include <span>

#include "absl/status/statusor.h"

#include "device_agent/sources/arrays/data_array.h"

namespace biglittle {

// True if `bytes` begin as an IDX file does, of whichever element type.
bool IsIdx(std::span<const std::byte> bytes);

// The whole of an unpacked file. Unsigned bytes only, as those data sets have. The message of an
// error says what is wrong, not which file.
absl::StatusOr<DataArray> ParseIdx(std::span<const std::byte> bytes);

}  // namespace biglittle
