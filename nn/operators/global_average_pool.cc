#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/reduce_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerGlobalAveragePool(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> input = node.Batched(0, 3);
  if (!input.ok()) return input.status();
  std::vector<bool> reduced(input->dims.size(), true);
  std::fill_n(reduced.begin(), 2, false);  // batch and channels stay
  Dims dims = input->dims;
  std::fill(dims.begin() + 2, dims.end(), 1);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), std::make_unique<ReduceKernel<Mean>>(input->dims, reduced));
}

}  // namespace biglittle::nn
