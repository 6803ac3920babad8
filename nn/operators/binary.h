// Element-wise functions of two tensors with NumPy's broadcasting.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

enum class BinaryFunction : std::uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kPow,
  kPRelu,  // a, or a * b where it is below zero
};

// Of two floats. The four arithmetic functions also of two lists of integers known at Load.
absl::StatusOr<Lowered> LowerBinary(const NodeView& node, BinaryFunction function);

}  // namespace biglittle::nn
