#include "nn/operators/support_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

double SupportVectors::Kernel(const float* a, const float* b, std::int64_t columns) const {
  double sum = 0.0;
  for (std::int64_t i = 0; i < columns; ++i) {
    const auto x = static_cast<double>(a[i]);
    const auto y = static_cast<double>(b[i]);
    sum += kernel == VectorKernel::kRadial ? (x - y) * (x - y) : x * y;
  }
  switch (kernel) {
    case VectorKernel::kRadial:
      return std::exp(-gamma * sum);
    case VectorKernel::kPolynomial:
      return std::pow(gamma * sum + constant, degree);
    case VectorKernel::kSigmoid:
      return std::tanh(gamma * sum + constant);
    case VectorKernel::kLinear:
      break;
  }
  return sum;
}

absl::StatusOr<SupportVectors> ReadSupportVectors(const NodeView& node, Attributes& attributes) {
  SupportVectors s;
  const std::string kernel = attributes.Text("kernel_type", "LINEAR");
  const auto parameters = attributes.Floats("kernel_params");
  s.vectors = attributes.Floats("support_vectors");
  s.coefficients = attributes.Floats("coefficients");
  s.rho = attributes.Floats("rho");
  if (kernel == "POLY") {
    s.kernel = VectorKernel::kPolynomial;
  } else if (kernel == "RBF") {
    s.kernel = VectorKernel::kRadial;
  } else if (kernel == "SIGMOID") {
    s.kernel = VectorKernel::kSigmoid;
  } else if (kernel != "LINEAR") {
    return node.Invalid(fmt::format("kernel_type {} is not known", Quote(kernel)));
  }
  if (parameters.size() == 3) {
    s.gamma = static_cast<double>(parameters[0]);
    s.constant = static_cast<double>(parameters[1]);
    s.degree = static_cast<double>(parameters[2]);
  } else if (!parameters.empty()) {
    return node.Invalid("kernel_params must be three numbers");
  }
  if (s.coefficients.empty() || s.rho.empty()) {
    return node.Invalid("it has no coefficients, or no rho");
  }
  return s;
}

}  // namespace biglittle::nn
