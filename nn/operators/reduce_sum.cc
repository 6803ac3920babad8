#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/reduce.h"
#include "nn/operators/reduce_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerReduceSum(const NodeView& node) {
  return LowerReduction<Sum>(node, /*input_since=*/13);
}

}  // namespace biglittle::nn
