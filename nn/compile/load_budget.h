// What the nodes of a net may take together, of memory while it is loaded and of work for each
// sample: a file can name the same tensor any number of times, and so ask for many times its own
// size, and a few numbers in it ask for any number of multiply-adds.
#pragma once

#include <cstdint>

#include "absl/status/status.h"

#include "nn/graph/graph.h"
#include "nn/graph/load_limits.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Not thread-safe. All errors are ResourceExhausted and name the node.
class LoadBudget {
 public:
  // `max_elements` is the limit of one tensor.
  LoadBudget(std::int64_t max_elements, const LoadLimits& limits);

  // A constant that is computed at load.
  absl::Status SpendConstant(const NodeView& view, const TensorType& type);
  // A step with this output: kernels keep a few numbers for each of their outputs (a bias, a
  // scale), and constants of integers as floats.
  absl::Status SpendStep(const NodeView& view, const TensorType& output);
  // The work of what computes the node, `repeat` times: for a sample, or at load where all operands
  // are constants.
  absl::Status SpendWork(const NodeView& view, const Computed& computed, const TensorType& output,
                         std::int64_t repeat);

 private:
  const std::int64_t max_elements_;
  const std::int64_t max_multiply_adds_;
  std::int64_t constants_left_;
  std::int64_t outputs_left_;
  std::int64_t work_left_;  // multiply-adds
};

}  // namespace biglittle::nn
