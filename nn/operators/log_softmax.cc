#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/softmax_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerLogSoftmax(const NodeView& node) {
  return LowerSoftmaxOf(node, /*logarithm=*/true);
}

}  // namespace biglittle::nn
