// NumPy's broadcasting: shapes are aligned at their ends, and dimensions of 1 are repeated.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

// `dims` with ones in front, up to `rank`.
Dims Widened(const Dims& dims, std::size_t rank);

// The common shape of two. The batch must meet the batch, or a one, and stay in front.
absl::StatusOr<Dims> Broadcast(const NodeView& node, const Dims& a, const Dims& b);

// How far an element of `dims` moves along each dimension of `output`, to which it is broadcast: 0
// where it is repeated.
std::vector<std::int64_t> BroadcastStrides(const Dims& dims, const Dims& output);

}  // namespace biglittle::nn
