// Arithmetic of integers known at Load: what exporters compute with shapes.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "nn/operators/binary_function.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// More than that is no arithmetic of shapes.
inline constexpr std::int64_t kMaxIntegers = 4096;

// True if both inputs are constants of int64 or both of int32, and the function is one of the four
// of arithmetic or a comparison.
bool IsIntegerArithmetic(const NodeView& node, BinaryFunction function);

// Demands IsIntegerArithmetic. The size of the batch may be multiplied or divided by 1, and 0 may
// be added or subtracted; the engine cannot tell more of it. Overflow and division by zero are
// errors.
absl::StatusOr<Lowered> LowerIntegers(const NodeView& node, BinaryFunction function);

// -x of a constant of int64 or int32.
bool IsIntegerNegation(const NodeView& node);
absl::StatusOr<Lowered> LowerIntegerNegation(const NodeView& node);

}  // namespace biglittle::nn
