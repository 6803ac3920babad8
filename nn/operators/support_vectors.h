// Support vector machines: kernels of two vectors.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

enum class VectorKernel : std::uint8_t { kLinear, kPolynomial, kRadial, kSigmoid };

struct SupportVectors {
  VectorKernel kernel = VectorKernel::kLinear;
  double gamma = 0.0;
  double constant = 0.0;
  double degree = 0.0;
  std::vector<float> vectors;       // [count, columns]; empty: linear in the input itself
  std::vector<float> coefficients;  // how many depends on the operator
  std::vector<float> rho;

  double Kernel(const float* a, const float* b, std::int64_t columns) const;
};

// Reads kernel_type, kernel_params, support_vectors, coefficients and rho.
absl::StatusOr<SupportVectors> ReadSupportVectors(const NodeView& node, Attributes& attributes);

}  // namespace biglittle::nn
