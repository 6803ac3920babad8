#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

namespace {

// log(1 + exp(x)), which for large x is x.
float Softplus(float x) {
  constexpr float kLarge = 20.0F;
  return x > kLarge ? x : std::log1p(std::exp(x));
}

}  // namespace

absl::StatusOr<Lowered> LowerMish(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  return LowerUnary(node, [](float x) { return x * std::tanh(Softplus(x)); });
}

}  // namespace biglittle::nn
