#include "nn/operators/axes.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"

namespace biglittle::nn {

absl::StatusOr<std::optional<std::vector<std::int64_t>>> ReadAxes(const NodeView& node) {
  using Axes = std::optional<std::vector<std::int64_t>>;
  Attributes attributes(node);
  Axes axes;
  if (node.opset() < 13) {
    if (attributes.Has("axes")) axes = attributes.Ints("axes");
    if (node.Has(1)) return node.Invalid("its axes must be an attribute");
  } else if (node.Has(1)) {
    const auto given = node.Ints(1);
    if (!given.ok()) return given.status();
    axes = *given;
  }
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  return axes;
}

absl::StatusOr<std::vector<bool>> MarkAxes(const NodeView& node,
                                           const std::vector<std::int64_t>& axes,
                                           std::int64_t rank) {
  std::vector<bool> flags(static_cast<std::size_t>(rank), false);
  for (const std::int64_t given : axes) {
    const absl::StatusOr<std::int64_t> axis = node.Axis(given, rank);
    if (!axis.ok()) return axis.status();
    if (flags[static_cast<std::size_t>(*axis)]) {
      return node.Invalid(fmt::format("axis {} is named twice", given));
    }
    flags[static_cast<std::size_t>(*axis)] = true;
  }
  return flags;
}

}  // namespace biglittle::nn
