// Bytes side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"

namespace biglittle::nn {

// `blocks[i]` bytes of operand i are put behind each other, `repeats` times a sample; `pixels` of
// each channel if it is channels that are joined, else 0. nullptr if the output is to be floats.
std::unique_ptr<Kernel> MakeByteConcat(std::vector<std::int64_t> blocks, std::int64_t repeats,
                                       std::int64_t pixels, std::span<const ByteScale> operands,
                                       const ByteTarget& output);

}  // namespace biglittle::nn
