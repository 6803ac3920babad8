#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

// Halves go to the even neighbour, as the engine's rounding mode has it.
absl::StatusOr<Lowered> LowerRound(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  return LowerUnary(node, [](float x) { return std::nearbyint(x); });
}

}  // namespace biglittle::nn
