// Element-wise functions of two tensors with NumPy's broadcasting.
#pragma once

#include "absl/status/statusor.h"

#include "nn/operators/binary_function.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Of two floats; comparisons of any two of one type. All but kPow and kPRelu also of two lists of
// integers known at Load, the size of the batch among them.
absl::StatusOr<Lowered> LowerBinary(const NodeView& node, BinaryFunction function);
// The same for an operator whose attributes are read already.
absl::StatusOr<Lowered> LowerBinaryAsRead(const NodeView& node, BinaryFunction function);

}  // namespace biglittle::nn
