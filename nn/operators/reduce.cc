#include "nn/operators/reduce.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

absl::StatusOr<ReduceParameters> ReadReduction(const NodeView& node, std::int64_t input_since) {
  const TensorType& type = node.Type(0);
  Attributes attributes(node);
  const bool keep = attributes.Int("keepdims", 1) != 0;
  std::vector<std::int64_t> axes;
  bool none = false;  // no axes mean none, not all
  if (node.opset() < input_since) {
    axes = attributes.Ints("axes");
    if (node.Has(1)) return node.Invalid("its axes must be an attribute");
  } else {
    none = attributes.Int("noop_with_empty_axes", 0) != 0;
    if (node.Has(1)) {
      const auto given = node.Ints(1);
      if (!given.ok()) return given.status();
      axes = *given;
    }
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  ReduceParameters parameters;
  parameters.reduced.assign(type.dims.size(), false);
  if (axes.empty() && !none) {
    axes.resize(type.dims.size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  for (const std::int64_t given : axes) {
    const absl::StatusOr<std::int64_t> axis = node.InnerAxis(given, type);
    if (!axis.ok()) return axis.status();
    parameters.reduced[static_cast<std::size_t>(*axis)] = true;
  }
  for (std::size_t i = 0; i < type.dims.size(); ++i) {
    if (!parameters.reduced[i]) {
      parameters.dims.push_back(type.dims[i]);
    } else if (keep) {
      parameters.dims.push_back(1);
    }
  }
  return parameters;
}

bool ReducesPixels(const TensorType& type, const std::vector<bool>& reduced) {
  return type.batched() && type.rank() > 2 && !reduced[0] && !reduced[1] &&
         std::all_of(reduced.begin() + 2, reduced.end(), [](bool is) { return is; });
}

}  // namespace biglittle::nn
