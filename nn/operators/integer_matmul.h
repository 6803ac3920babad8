// Matrix products of integers of 8 bits.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/operators/dynamic_range.h"
#include "nn/operators/node_view.h"
#include "nn/operators/requantization.h"

namespace biglittle::nn {

struct IntegerMatMul {
  int a = 0;
  int b = 1;
  int a_zero_point = -1;
  int b_zero_point = -1;
  bool transpose_b = false;
  // Of each column: added to the sums, which are multiplied by the scale then. Without scales the
  // sums are the output, int32.
  std::vector<float> bias;
  std::vector<float> scales;
  std::optional<Requantization> requantization;  // else floats
  // A is float32 and is quantised itself, by the range of its numbers (DynamicQuantizeLinear); its
  // scale is multiplied in, and `float_bias` is added then.
  bool quantise_a = false;
  std::vector<float> float_bias;
};

// Lowers a product; all attributes are read already.
absl::StatusOr<Lowered> LowerIntegerMatMul(const NodeView& node, IntegerMatMul how);

}  // namespace biglittle::nn
