// What the nodes of a net may take together while it is loaded: a file can name the same tensor any
// number of times, and so ask for many times its own size.
#pragma once

#include <cstdint>

#include "absl/status/status.h"

#include "nn/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// Not thread-safe. All errors are ResourceExhausted and name the node.
class LoadBudget {
 public:
  // `max_elements` is the limit of one tensor.
  explicit LoadBudget(std::int64_t max_elements);

  // A constant that is computed at load.
  absl::Status SpendConstant(const NodeView& view, const TensorType& type);
  // A step with this output: kernels keep a few numbers for each of their outputs (a bias, a
  // scale), and constants of integers as floats.
  absl::Status SpendStep(const NodeView& view, const TensorType& output);

 private:
  const std::int64_t max_elements_;
  std::int64_t constants_left_;
  std::int64_t outputs_left_;
};

}  // namespace biglittle::nn
