#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/window_function.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerHammingWindow(const NodeView& node) {
  return LowerWindowFunction(node, {25.0 / 46.0, 21.0 / 46.0, 0.0});
}

}  // namespace biglittle::nn
