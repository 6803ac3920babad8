#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerThresholdedRelu(const NodeView& node) {
  Attributes attributes(node);
  const float alpha = attributes.Float("alpha", 1.0F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return LowerUnary(node, [alpha](float x) { return x > alpha ? x : 0.0F; });
}

}  // namespace biglittle::nn
