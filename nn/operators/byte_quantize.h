// Steps between floats and bytes.
#pragma once

#include <cstdint>
#include <memory>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

// Of `elements` a sample: rounds to the nearest byte, halves to the even one.
std::unique_ptr<Kernel> MakeByteQuantize(const ByteScale& scale, std::int64_t elements);
std::unique_ptr<Kernel> MakeByteDequantize(const ByteScale& scale, std::int64_t elements);

}  // namespace biglittle::nn
