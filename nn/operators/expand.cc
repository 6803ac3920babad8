#include <fmt/format.h>

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/strided_copy.h"

namespace biglittle::nn {

// The shape may also be smaller than the input's, which then stays. What does not depend on the
// net's input cannot be repeated for each sample: its size would not be known at Load.
absl::StatusOr<Lowered> LowerExpand(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const TensorType& type = node.Type(0);
  absl::StatusOr<Dims> shape = node.Ints(1);
  if (!shape.ok()) return shape.status();
  if (shape->size() > kMaxRank) return node.Unsupported("the shape has too many dimensions");
  absl::StatusOr<Dims> dims = Broadcast(node, type.dims, *shape);
  if (!dims.ok()) return dims.status();
  absl::StatusOr<TensorType> output = node.Output(*std::move(dims), type.element);
  if (!output.ok()) return output.status();
  if (output->batched() && !type.batched()) {
    return node.Unsupported(
        fmt::format("it would repeat {} for every sample of the batch", ToString(type.dims)));
  }
  auto kernel = std::make_unique<StridedCopyKernel>(type.elements(), 0, output->dims,
                                                    BroadcastStrides(type.dims, output->dims));
  return UnaryMove(*std::move(output), std::move(kernel));
}

}  // namespace biglittle::nn
