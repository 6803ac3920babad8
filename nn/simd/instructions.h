// Which of the vector instructions that this program was compiled for the kernels here use on this
// processor.
#pragma once

#include <string_view>

namespace biglittle::nn::simd {

// Highway's name of them: "AVX3" (AVX-512), "AVX2", "SSE4", "SSE2", "NEON", "SCALAR". Thread-safe.
std::string_view ChosenInstructions();

}  // namespace biglittle::nn::simd
