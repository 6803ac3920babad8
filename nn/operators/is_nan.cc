#include <cmath>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "nn/operators/attributes.h"
#include "nn/operators/node_view.h"
#include "nn/operators/operators.h"
#include "nn/operators/unary_kernel.h"

namespace biglittle::nn {

absl::StatusOr<Lowered> LowerIsNaN(const NodeView& node) {
  if (absl::Status s = Attributes(node).Done(); !s.ok()) return s;
  const absl::StatusOr<TensorType> type = node.Float(0);
  if (!type.ok()) return type.status();
  return Unary(
      TensorType{ElementType::kBool, type->dims},
      MakeUnaryKernel(type->elements(), [](float x) { return std::isnan(x) ? 1.0F : 0.0F; }));
}

}  // namespace biglittle::nn
