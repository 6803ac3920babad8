#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/pool_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerGlobalMaxPool(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> input = node.Batched(0, 3);
  if (!input.ok()) return input.status();
  Dims dims = input->dims;
  std::fill(dims.begin() + 2, dims.end(), 1);
  absl::StatusOr<TensorType> output = node.Output(std::move(dims), input->element);
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), std::make_unique<PoolKernel<MaxOfWindow>>(
                                       GlobalWindow(input->dims), input->dims[1], MaxOfWindow{}));
}

}  // namespace biglittle::nn
