// Axes: what lies around one, and the list of Squeeze and Unsqueeze, which is an attribute before
// opset 13 and an input since.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

// A tensor seen as [outer, length, inner], for what works along the middle one.
struct AxisExtents {
  std::int64_t outer = 1;  // of one sample
  std::int64_t length = 1;
  std::int64_t inner = 1;
};

// nullopt if the node names no axes. Reads all attributes of the node.
absl::StatusOr<std::optional<std::vector<std::int64_t>>> ReadAxes(const NodeView& node);

// flags[i] is true if `axes` names axis i of `rank`; each at most once.
absl::StatusOr<std::vector<bool>> MarkAxes(const NodeView& node,
                                           const std::vector<std::int64_t>& axes,
                                           std::int64_t rank);

}  // namespace biglittle::nn
