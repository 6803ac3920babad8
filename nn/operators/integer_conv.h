// Convolutions of integers of 8 bits.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"
#include "nn/operators/requantization.h"

namespace biglittle::nn {

struct IntegerConvInputs {
  int data = 0;
  int weights = 1;
  int data_zero_point = -1;
  int weights_zero_point = -1;
};

// What becomes of the sums: with `requantization` each is multiplied by its channel's scale after
// the bias was added; without it they are the output, int32.
struct IntegerConvOutput {
  std::vector<float> bias;    // of each output channel: integers
  std::vector<float> scales;  // likewise
  std::optional<Requantization> requantization;
};

// Lowers a convolution whose weights are constant; reads all attributes.
absl::StatusOr<Lowered> LowerIntegerConv(const NodeView& node, const IntegerConvInputs& inputs,
                                         IntegerConvOutput output);

}  // namespace biglittle::nn
