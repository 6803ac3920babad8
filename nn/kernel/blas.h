// Matrix products. The only file that knows which BLAS computes them; nothing else may include its
// header. All matrices are row-major; sizes are positive and below 2^31.
//
// The library is loaded when the first net needs it, and not with the program: few nets do, and it
// costs every thread of a process 60 KiB and every start its time (docs/decisions/007).
#pragma once

#include <cstdint>

#include "absl/status/status.h"

namespace biglittle::nn {

// A matrix as it lies in memory: element (i, j) at data[i * stride + j], or at data[j * stride + i]
// if transposed.
struct MatrixView {
  const float* data = nullptr;
  std::int64_t stride = 0;
  bool transposed = false;
};

// Must have been OK before the first product; cheap to call again. FailedPrecondition, in one line
// that says the mend: the library is not on this machine. Thread-safe.
//
// One product runs on one thread: parallelism is over samples and contexts, outside.
absl::Status LoadBlas();

// C[m, n] = alpha * A[m, k] * B[k, n] + beta * C, C dense with rows `stride` apart. Does not read C
// if beta is 0. Thread-safe.
void MatrixProduct(std::int64_t m, std::int64_t n, std::int64_t k, float alpha, const MatrixView& a,
                   const MatrixView& b, float beta, float* c, std::int64_t stride);

}  // namespace biglittle::nn
