#include <cstddef>
#include <cstdint>
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
namespace {

// Which dimensions `axes` names; without any, all of them.
absl::StatusOr<std::vector<bool>> Reduced(const NodeView& node, const TensorType& type,
                                          std::vector<std::int64_t> axes) {
  if (axes.empty()) {
    for (std::int64_t axis = 0; axis < type.rank(); ++axis) axes.push_back(axis);
  }
  std::vector<bool> reduced(type.dims.size(), false);
  for (const std::int64_t given : axes) {
    const absl::StatusOr<std::int64_t> axis = node.InnerAxis(given, type);
    if (!axis.ok()) return axis.status();
    reduced[static_cast<std::size_t>(*axis)] = true;
  }
  return reduced;
}

}  // namespace

absl::StatusOr<Lowered> LowerReduceMean(const NodeView& node) {
  const absl::StatusOr<TensorType> input = node.Batched(0);
  if (!input.ok()) return input.status();
  Attributes attributes(node);
  const auto reduced = Reduced(node, *input, attributes.Ints("axes"));
  const bool keep = attributes.Int("keepdims", 1) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!reduced.ok()) return reduced.status();
  Dims dims;
  for (std::size_t i = 0; i < reduced->size(); ++i) {
    if (!(*reduced)[i]) {
      dims.push_back(input->dims[i]);
    } else if (keep) {
      dims.push_back(1);
    }
  }
  absl::StatusOr<TensorType> output = node.Output(std::move(dims));
  if (!output.ok()) return output.status();
  return Unary(*std::move(output), std::make_unique<ReduceKernel<Mean>>(input->dims, *reduced));
}

}  // namespace biglittle::nn
