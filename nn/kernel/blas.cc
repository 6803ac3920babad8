#include "nn/kernel/blas.h"

#include <cblas.h>
#include <fmt/format.h>

#include <cstdint>
#include <string>

#include "core/shared_library.h"

namespace biglittle::nn {
namespace {

// What we use of it. Null where it could not be loaded.
struct Blas {
  decltype(&cblas_sgemv) sgemv = nullptr;
  decltype(&cblas_sgemm) sgemm = nullptr;
  absl::Status loaded;
};

// Contexts compute with it on any thread.
Blas Load() {
  Blas blas;
  const auto library = SharedLibrary::Load("libopenblas.so.0", "libopenblas0-pthread");
  blas.loaded = library.status();
  if (!library.ok()) return blas;
  decltype(&openblas_set_num_threads) set_threads = nullptr;
  blas.loaded.Update(library->Find("cblas_sgemv", blas.sgemv));
  blas.loaded.Update(library->Find("cblas_sgemm", blas.sgemm));
  blas.loaded.Update(library->Find("openblas_set_num_threads", set_threads));
  if (blas.loaded.ok()) set_threads(1);
  return blas;
}

const Blas& Loaded() {
  static const Blas loaded = Load();
  return loaded;
}

// A product with a vector: y = alpha * M * x + beta * y, M[rows, columns]. `increment` is the
// distance between the vector's elements.
void MatrixVector(std::int64_t rows, std::int64_t columns, float alpha, const MatrixView& matrix,
                  const float* x, std::int64_t x_increment, float beta, float* y,
                  std::int64_t y_increment) {
  const auto stored_rows = static_cast<blasint>(matrix.transposed ? columns : rows);
  const auto stored_columns = static_cast<blasint>(matrix.transposed ? rows : columns);
  Loaded().sgemv(CblasRowMajor, matrix.transposed ? CblasTrans : CblasNoTrans, stored_rows,
                 stored_columns, alpha, matrix.data, static_cast<blasint>(matrix.stride), x,
                 static_cast<blasint>(x_increment), beta, y, static_cast<blasint>(y_increment));
}

}  // namespace

absl::Status LoadBlas() {
  const absl::Status& loaded = Loaded().loaded;
  if (loaded.ok()) return loaded;
  return absl::FailedPreconditionError(
      fmt::format("it needs OpenBLAS: {}", std::string(loaded.message())));
}

void MatrixProduct(std::int64_t m, std::int64_t n, std::int64_t k, float alpha, const MatrixView& a,
                   const MatrixView& b, float beta, float* c, std::int64_t stride) {
  if (m == 1) {  // c = a * B, that is B' * a
    const MatrixView turned{b.data, b.stride, !b.transposed};
    return MatrixVector(n, k, alpha, turned, a.data, a.transposed ? a.stride : 1, beta, c, 1);
  }
  if (n == 1) {
    return MatrixVector(m, k, alpha, a, b.data, b.transposed ? 1 : b.stride, beta, c, stride);
  }
  Loaded().sgemm(CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans,
                 b.transposed ? CblasTrans : CblasNoTrans, static_cast<blasint>(m),
                 static_cast<blasint>(n), static_cast<blasint>(k), alpha, a.data,
                 static_cast<blasint>(a.stride), b.data, static_cast<blasint>(b.stride), beta, c,
                 static_cast<blasint>(stride));
}

}  // namespace biglittle::nn
