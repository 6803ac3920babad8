#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/map_kernel.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/strided.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerTrilu(const NodeView& node) {
  Attributes attributes(node);
  const bool upper = attributes.Int("upper", 1) != 0;
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  std::int64_t shift = 0;
  if (node.Has(1)) {
    const auto given = node.Ints(1);
    if (!given.ok()) return given.status();
    if (given->size() != 1) return node.Invalid("k must be one number");
    shift = std::clamp((*given)[0], -kMaxElements, kMaxElements);
  }
  const TensorType& type = node.Type(0);
  const auto rank = static_cast<std::size_t>(type.rank());
  if (rank < 2) return node.Invalid("its input is no matrix");
  if (type.dims[rank - 1] == kBatch || type.dims[rank - 2] == kBatch) {
    return node.Unsupported("it works along the batch dimension, so samples would mix");
  }
  absl::StatusOr<TensorType> output = node.Output(type.dims, type.element);
  if (!output.ok()) return output.status();
  return LowerMap(
      node, *std::move(output), "triangle",
      [=, strides = DenseStrides(type.dims)](const std::vector<std::int64_t>& index) {
        const std::int64_t off = index[rank - 1] - index[rank - 2];
        if (upper ? off < shift : off > shift) return std::int64_t{-1};
        std::int64_t position = 0;
        for (std::size_t i = 0; i < rank; ++i) position += index[i] * strides[i];
        return position;
      },
      /*zeros=*/true);
}

}  // namespace biglittle::nn
