#include <fmt/format.h>

#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// With a batch only as [N, everything else]: any other split would mix samples.
absl::StatusOr<Lowered> LowerFlatten(const NodeView& node) {
  const TensorType& input = node.Type(0);
  Attributes attributes(node);
  const std::int64_t given = attributes.Int("axis", 1);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const std::int64_t rank = input.rank();
  if (given < -rank || given > rank) {
    return node.Invalid(fmt::format("axis {} is out of range for {}", given, ToString(input.dims)));
  }
  if (input.IsEmptyList()) return node.Invalid("its input has no elements");
  const std::int64_t axis = given < 0 ? given + rank : given;
  const std::int64_t rows = Product(input.dims, 0, axis);
  if (input.batched() && (axis == 0 || rows != 1)) {
    return node.Unsupported(fmt::format("axis {} does not split {} behind the batch dimension",
                                        given, ToString(input.dims)));
  }
  absl::StatusOr<TensorType> output =
      node.Output({input.batched() ? kBatch : rows, input.elements() / rows}, input.element);
  if (!output.ok()) return output.status();
  return Lowered{*std::move(output), View{}};
}

}  // namespace biglittle::nn
