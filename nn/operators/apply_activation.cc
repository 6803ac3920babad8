#include "nn/operators/apply_activation.h"

#include <cstdint>

#include "nn/kernel/activation.h"
#include "nn/kernel/pieces.h"
#include "nn/simd/elementwise.h"

namespace biglittle::nn {

void Apply(const Activation& activation, const float* input, float* output, std::int64_t count) {
  simd::Transform(activation, input, output, count);
}

void Apply(const Activation& activation, const float* input, float* output, std::int64_t count,
           Workers& workers) {
  constexpr std::int64_t kPiece = 16 * 1024;  // a multiple of every vector
  ForEachPiece(workers, count, kPiece, [&](std::int64_t first, std::int64_t length) {
    Apply(activation, input + first, output + first, length);
  });
}

}  // namespace biglittle::nn
