#include "nn/operators/broadcast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/node_view.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

Dims Widened(const Dims& dims, std::size_t rank) {
  Dims wide(rank - dims.size(), 1);
  wide.insert(wide.end(), dims.begin(), dims.end());
  return wide;
}

absl::StatusOr<Dims> Broadcast(const NodeView& node, const Dims& a, const Dims& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  const Dims left = Widened(a, rank);
  const Dims right = Widened(b, rank);
  Dims dims(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    if (left[i] != right[i] && left[i] != 1 && right[i] != 1) {
      return node.Invalid(
          fmt::format("shapes {} and {} cannot be broadcast", ToString(left), ToString(right)));
    }
    dims[i] = left[i] == 1 ? right[i] : left[i];
    if (i > 0 && dims[i] == kBatch) {
      return node.Unsupported(fmt::format("{} and {} would move the batch dimension from the front",
                                          ToString(left), ToString(right)));
    }
  }
  return dims;
}

std::vector<std::int64_t> BroadcastStrides(const Dims& dims, const Dims& output) {
  const Dims wide = Widened(dims, output.size());
  std::vector<std::int64_t> strides = DenseStrides(wide);
  for (std::size_t i = 0; i < strides.size(); ++i) {
    if (wide[i] == 1) strides[i] = 0;
  }
  return strides;
}

}  // namespace biglittle::nn
