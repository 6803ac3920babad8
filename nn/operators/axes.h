// The list of axes of Squeeze and Unsqueeze: an attribute before opset 13, an input since.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/operators/node_view.h"

namespace biglittle::nn {

// nullopt if the node names no axes. Reads all attributes of the node.
absl::StatusOr<std::optional<std::vector<std::int64_t>>> ReadAxes(const NodeView& node);

// flags[i] is true if `axes` names axis i of `rank`; each at most once.
absl::StatusOr<std::vector<bool>> MarkAxes(const NodeView& node,
                                           const std::vector<std::int64_t>& axes,
                                           std::int64_t rank);

}  // namespace biglittle::nn
