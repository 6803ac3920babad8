#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerUnsqueeze(const NodeView& node) {
  const auto axes = ReadAxes(node);
  if (!axes.ok()) return axes.status();
  if (!axes->has_value()) return node.Invalid("it has no axes");
  const TensorType& input = node.Type(0);
  const std::size_t rank = input.dims.size() + (*axes)->size();
  if (rank > kMaxRank) return node.Unsupported("its output has too many dimensions");
  const auto added = MarkAxes(node, **axes, static_cast<std::int64_t>(rank));
  if (!added.ok()) return added.status();
  TensorType output{input.element, {}};
  auto next = input.dims.begin();
  for (std::size_t i = 0; i < rank; ++i) output.dims.push_back((*added)[i] ? 1 : *next++);
  return Lowered{std::move(output), View{}};
}

}  // namespace biglittle::nn
