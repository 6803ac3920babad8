// What LSTM, GRU and RNN nodes have in common: shapes, weights, directions, activations.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/kernel/activation.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/recurrent_kernel.h"

namespace biglittle::nn {

// One direction's share of the weights, in the order of the file.
struct DirectionWeights {
  std::int64_t inputs = 0;
  std::int64_t units = 0;
  const float* input = nullptr;       // W: [gates * units, inputs]
  const float* recurrent = nullptr;   // R: [gates * units, units]
  std::vector<float> input_bias;      // Wb: [gates * units]
  std::vector<float> recurrent_bias;  // Rb: likewise
  std::vector<float> peepholes;       // P: [3 * units], empty without
  std::vector<Activation> activations;
};

struct RecurrentOperator {
  std::string_view name;
  std::int64_t gates = 1;
  std::vector<Activation> activations;  // of a direction that names none
  int cell_input = -1;                  // the input that is the first cell state; -1: no such state
  int peephole_input = -1;
  std::function<std::unique_ptr<RecurrentCell>(const DirectionWeights& weights)> make_cell;
};

// Lowers the node; `attributes` are those that the operator has read itself already.
absl::StatusOr<Lowered> LowerRecurrent(const NodeView& node, Attributes& attributes,
                                       const RecurrentOperator& op);

// Columns [first, first + count) of W or R, turned, with a bias for each column (or none).
simd::PackedMatrix PackGates(const float* weights, std::int64_t depth, std::int64_t first,
                             std::int64_t count, const std::vector<float>& bias);

}  // namespace biglittle::nn
