#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

namespace {

// x * sigmoid(alpha * x); com.microsoft's QuickGelu is the same with another alpha by default.
absl::StatusOr<Lowered> LowerSwishOf(const NodeView& node, float usual_alpha) {
  Attributes attributes(node);
  const float alpha = attributes.Float("alpha", usual_alpha);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return LowerUnary(node, [alpha](float x) { return x / (1.0F + std::exp(-alpha * x)); });
}

}  // namespace

absl::StatusOr<Lowered> LowerSwish(const NodeView& node) { return LowerSwishOf(node, 1.0F); }

absl::StatusOr<Lowered> LowerQuickGelu(const NodeView& node) { return LowerSwishOf(node, 1.702F); }

}  // namespace biglittle::nn
