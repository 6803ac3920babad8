#include "nn/operators/apply_activation.h"

#include <algorithm>
#include <cstdint>

#include "nn/kernel/activation.h"
#include "nn/kernel/workers.h"
#include "nn/simd/elementwise.h"

namespace biglittle::nn {

void Apply(const Activation& activation, const float* input, float* output, std::int64_t count) {
  simd::Transform(activation, input, output, count);
}

void Apply(const Activation& activation, const float* input, float* output, std::int64_t count,
           Workers& workers) {
  constexpr std::int64_t kPiece = 16 * 1024;  // a multiple of every vector
  workers.ForEach((count + kPiece - 1) / kPiece, [&](std::int64_t item, std::int64_t) {
    const std::int64_t first = item * kPiece;
    Apply(activation, input + first, output + first, std::min(kPiece, count - first));
  });
}

}  // namespace biglittle::nn
