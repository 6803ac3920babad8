#include <fmt/format.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/binary.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// The slope is broadcast to the input, not the other way round.
absl::StatusOr<Lowered> LowerPRelu(const NodeView& node) {
  absl::StatusOr<Lowered> lowered = LowerBinary(node, BinaryFunction::kPRelu);
  if (lowered.ok() && lowered->type.dims != node.Type(0).dims) {
    return node.Invalid(fmt::format("slope {} cannot be broadcast to {}",
                                    ToString(node.Type(1).dims), ToString(node.Type(0).dims)));
  }
  return lowered;
}

}  // namespace biglittle::nn
