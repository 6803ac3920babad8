// Products of bytes, element by element.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "nn/graph/graph.h"
#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

// Of two operands of the shape `output`, or one that has one element for all pixels of a channel.
// nullptr if they are others, or the output is to be floats.
std::unique_ptr<Kernel> MakeByteMultiply(const Dims& a, const Dims& b, const Dims& output,
                                         std::span<const ByteScale> operands,
                                         const ByteTarget& target);

}  // namespace biglittle::nn
