// Softmax and its logarithm along one dimension.
#pragma once

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Reads the attribute `axis`, whose meaning changed with opset 13, and makes the kernel.
absl::StatusOr<Lowered> LowerSoftmaxOf(const NodeView& node, bool logarithm);

}  // namespace biglittle::nn
