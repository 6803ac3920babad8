#include <fmt/format.h>

#include <cmath>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

namespace {

float Exact(float x) {
  constexpr float kRootHalf = 0.70710678F;
  return 0.5F * x * (1.0F + std::erf(x * kRootHalf));
}

// D. Hendrycks, K. Gimpel, "Gaussian Error Linear Units (GELUs)", 2016.
float ByTanh(float x) {
  constexpr float kRoot = 0.79788456F;  // of 2 / pi
  constexpr float kCubic = 0.044715F;
  return 0.5F * x * (1.0F + std::tanh(kRoot * (x + kCubic * x * x * x)));
}

}  // namespace

// Of opset 20, and com.microsoft's, which has no attribute.
absl::StatusOr<Lowered> LowerGelu(const NodeView& node) {
  Attributes attributes(node);
  const std::string approximate = attributes.Text("approximate", "none");
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (approximate == "none") return LowerUnary(node, Exact);
  if (approximate == "tanh") return LowerUnary(node, ByTanh);
  return node.Invalid(fmt::format("approximate {} is not known", Quote(approximate)));
}

}  // namespace biglittle::nn
