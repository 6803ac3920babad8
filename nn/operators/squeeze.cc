#include <fmt/format.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/axes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerSqueeze(const NodeView& node) {
  const auto axes = ReadAxes(node);
  if (!axes.ok()) return axes.status();
  const TensorType& input = node.Type(0);
  std::vector<bool> removed(input.dims.size());
  if (axes->has_value()) {
    const auto marked = MarkAxes(node, **axes, input.rank());
    if (!marked.ok()) return marked.status();
    removed = *marked;
  } else {  // every dimension of 1; the batch dimension is none
    for (std::size_t i = 0; i < removed.size(); ++i) removed[i] = input.dims[i] == 1;
  }
  TensorType output{input.element, {}};
  for (std::size_t i = 0; i < removed.size(); ++i) {
    if (!removed[i]) {
      output.dims.push_back(input.dims[i]);
    } else if (input.dims[i] != 1) {
      return node.Invalid(fmt::format("dimension {} of {} is not 1", i, ToString(input.dims)));
    }
  }
  return Lowered{std::move(output), View{}};
}

}  // namespace biglittle::nn
