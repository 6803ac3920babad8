#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

// log(1 + exp(x)), with exp of a negative number only, which cannot overflow.
absl::StatusOr<Lowered> LowerSoftplus(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  return LowerUnary(
      node, [](float x) { return std::max(x, 0.0F) + std::log1p(std::exp(-std::fabs(x))); });
}

}  // namespace biglittle::nn
