// Sums of bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

// Of two operands of `elements` a sample, element by element. nullptr if the output is to be
// floats.
std::unique_ptr<Kernel> MakeByteSum(std::int64_t elements, std::span<const ByteScale> operands,
                                    const ByteTarget& output);

}  // namespace biglittle::nn
