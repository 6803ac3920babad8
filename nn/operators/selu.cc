#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

// The defaults are those of Klambauer et al., "Self-Normalizing Neural Networks", 2017.
absl::StatusOr<Lowered> LowerSelu(const NodeView& node) {
  Attributes attributes(node);
  const float alpha = attributes.Float("alpha", 1.67326319F);
  const float gamma = attributes.Float("gamma", 1.05070102F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return LowerUnary(
      node, [alpha, gamma](float x) { return gamma * (x < 0.0F ? alpha * std::expm1(x) : x); });
}

}  // namespace biglittle::nn
