#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerShrink(const NodeView& node) {
  Attributes attributes(node);
  const float bias = attributes.Float("bias", 0.0F);
  const float lambda = attributes.Float("lambd", 0.5F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return LowerUnary(node, [bias, lambda](float x) {
    return x < -lambda ? x + bias : x > lambda ? x - bias : 0.0F;
  });
}

}  // namespace biglittle::nn
