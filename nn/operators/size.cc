#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/graph/graph.h"
#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"

namespace biglittle::nn {

// Of a tensor with a batch dimension only where a sample is one number: then it is the batch size.
absl::StatusOr<Lowered> LowerSize(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const TensorType& input = node.Type(0);
  const std::int64_t elements = input.elements();
  if (input.batched() && elements != 1) {
    return node.Unsupported("it counts the numbers of all samples together");
  }
  auto size = std::make_shared<Constant>(
      Constant{{ElementType::kInt64, {}}, {}, {input.batched() ? kBatch : elements}});
  TensorType type = size->type;
  return Lowered{std::move(type), ConstantPtr(std::move(size))};
}

}  // namespace biglittle::nn
