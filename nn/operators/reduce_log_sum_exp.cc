#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/reduce.h"
#include "nn/operators/reduce_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerReduceLogSumExp(const NodeView& node) {
  return LowerReduction<LogOfSumOfExponentials>(node, /*input_since=*/18);
}

}  // namespace biglittle::nn
