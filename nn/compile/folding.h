// Constant folding: runs a node's kernel at Load where all that it reads is known by then.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// The node's output of `type`, which has passed NodeView::Output, for `batch` samples as the kernel
// sees them. Every operand of `computed` must be a constant.
//   InvalidArgument: the result is not finite. Unimplemented: the node computes with the batch size
//   or with integers that are no floats. ResourceExhausted: the kernel's scratch takes more than
//   max_scratch floats. Unavailable: there is not enough memory.
absl::StatusOr<ConstantPtr> Fold(const NodeView& view, const Computed& computed,
                                 const TensorType& type, std::int64_t batch,
                                 std::int64_t max_scratch);

}  // namespace biglittle::nn
