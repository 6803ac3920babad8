#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/window_function.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerBlackmanWindow(const NodeView& node) {
  return LowerWindowFunction(node, {0.42, 0.5, 0.08});
}

}  // namespace biglittle::nn
