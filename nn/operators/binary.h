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
  kEqual,  // this and those below give a bool
  kGreater,
  kGreaterOrEqual,
  kLess,
  kLessOrEqual,
};

constexpr bool IsComparison(BinaryFunction function) { return function >= BinaryFunction::kEqual; }

// Of two floats; comparisons of any two of one type. All but kPow and kPRelu also of two lists of
// integers known at Load, the size of the batch among them.
absl::StatusOr<Lowered> LowerBinary(const NodeView& node, BinaryFunction function);

}  // namespace biglittle::nn
