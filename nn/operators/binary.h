// Element-wise functions of two tensors with NumPy's broadcasting, for Add, Sub, Mul and Div.
#pragma once

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

enum class BinaryFunction { kAdd, kSub, kMul, kDiv };

absl::StatusOr<Lowered> LowerBinary(const NodeView& node, BinaryFunction function);

}  // namespace biglittle::nn
