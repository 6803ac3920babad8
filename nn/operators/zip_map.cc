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
#include "nn/operators/class_labels.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// The scores of a classifier under the names of its classes: the engine answers with the scores, in
// the order of the classes.
absl::StatusOr<Lowered> LowerZipMap(const NodeView& node) {
  Attributes attributes(node);
  const auto labels = ReadClassLabels(node, attributes);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (!labels.ok()) return labels.status();
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  if (type->dims.empty() || type->dims.back() != static_cast<std::int64_t>(labels->size())) {
    return node.Invalid(
        fmt::format("{} labels for scores {}", labels->size(), ToString(type->dims)));
  }
  return Lowered{*type, View{}};
}

}  // namespace biglittle::nn
