#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerCelu(const NodeView& node) {
  Attributes attributes(node);
  const float alpha = attributes.Float("alpha", 1.0F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (alpha == 0.0F) return node.Invalid("alpha must not be 0");
  return LowerUnary(node, [alpha](float x) {
    return std::max(0.0F, x) + std::min(0.0F, alpha * std::expm1(x / alpha));
  });
}

}  // namespace biglittle::nn
