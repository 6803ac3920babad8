#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerElu(const NodeView& node) {
  Attributes attributes(node);
  const float alpha = attributes.Float("alpha", 1.0F);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return LowerUnary(node, [alpha](float x) { return x < 0.0F ? alpha * std::expm1(x) : x; });
}

}  // namespace biglittle::nn
