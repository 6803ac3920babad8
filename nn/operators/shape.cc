#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// Known at Load but for the batch size, which stays a symbol: enough for the chains of Shape,
// Gather, Unsqueeze and Concat that exporters put in front of Reshape.
absl::StatusOr<Lowered> LowerShape(const NodeView& node) {
  const Dims& dims = node.Type(0).dims;
  Attributes attributes(node);  // start and end came with opset 15
  const std::int64_t rank = node.Type(0).rank();
  const std::int64_t first = NodeView::ClampedAxis(attributes.Int("start", 0), rank);
  const std::int64_t last = NodeView::ClampedAxis(attributes.Int("end", rank), rank);
  if (absl::Status s = attributes.Done(); !s.ok()) return s;
  if (first >= last) return node.Invalid("it would yield nothing");
  auto shape = std::make_shared<Constant>();
  shape->type = {ElementType::kInt64, {last - first}};
  shape->ints.assign(dims.data() + first, dims.data() + last);
  TensorType type = shape->type;
  return Lowered{std::move(type), ConstantPtr(std::move(shape))};
}

}  // namespace biglittle::nn
