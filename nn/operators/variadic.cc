#include "nn/operators/variadic.h"

#include <fmt/format.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/broadcast.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

absl::StatusOr<TensorType> BroadcastAll(const NodeView& node) {
  Dims dims;
  for (int i = 0; i < node.input_count(); ++i) {
    if (!node.Has(i)) return node.Invalid(fmt::format("input {} is left out", i));
    const absl::StatusOr<TensorType> type = node.Number(i);
    if (!type.ok()) return type.status();
    absl::StatusOr<Dims> joined = Broadcast(node, dims, type->dims);
    if (!joined.ok()) return joined.status();
    dims = *std::move(joined);
    if (type->element != node.Type(0).element) {
      return node.Invalid(
          fmt::format("it joins {} and {}", Name(node.Type(0).element), Name(type->element)));
    }
  }
  return node.Output(std::move(dims), node.Type(0).element);
}

}  // namespace biglittle::nn
