#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// Only on lists of int64, as part of shape arithmetic (shape.cc).
absl::StatusOr<Lowered> LowerGather(const NodeView& node) {
  Attributes attributes(node);
  const std::int64_t axis = attributes.Int("axis", 0);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  const TensorType& data_type = node.Type(0);
  if (data_type.element != ElementType::kInt64 || data_type.rank() != 1 || axis != 0) {
    return node.Unsupported("it works only on shapes");
  }
  const auto data = node.Ints(0);
  if (!data.ok()) return data.status();
  const auto indices = node.Ints(1);
  if (!indices.ok()) return indices.status();
  auto gathered = std::make_shared<Constant>();
  gathered->type = {ElementType::kInt64, node.Type(1).dims};
  for (const std::int64_t given : *indices) {
    const auto index = node.Axis(given, static_cast<std::int64_t>(data->size()));
    if (!index.ok()) return node.Invalid("an index is out of range");
    gathered->ints.push_back((*data)[static_cast<std::size_t>(*index)]);
  }
  TensorType type = gathered->type;
  return Lowered{std::move(type), ConstantPtr(std::move(gathered))};
}

}  // namespace biglittle::nn
