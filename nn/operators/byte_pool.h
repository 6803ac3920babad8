// Pooling of bytes.
#pragma once

#include <cstdint>
#include <memory>

#include "nn/kernel/byte_scale.h"
#include "nn/kernel/kernel.h"
#include "nn/operators/window.h"

namespace biglittle::nn {

// Works on feature maps stored channels last. nullptr if the output is to be floats.
std::unique_ptr<Kernel> MakeByteMaxPool(const Window& window, std::int64_t channels,
                                        const ByteScale& input, const ByteTarget& output);
// `count_padding`: the padding counts as zeros. nullptr also if a window is beyond what 32 bits
// sum.
std::unique_ptr<Kernel> MakeByteMeanPool(const Window& window, std::int64_t channels,
                                         bool count_padding, const ByteScale& input,
                                         const ByteTarget& output);

}  // namespace biglittle::nn
